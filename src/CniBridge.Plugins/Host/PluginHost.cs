using CniBridge.Linux;
using CniBridge.Plugins.Configuration;
using CniBridge.Plugins.Json;
using CniBridge.Plugins.Operations;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Host;

/// <summary>
/// One call of the CNI protocol: environment and standard input become a request, the outcome becomes JSON and an exit code.
/// The checks have the order of the reference implementation, except that the namespace is checked before the work.
/// </summary>
public sealed class PluginHost(IPlugin plugin, Stream input, Stream output, TextWriter log)
{
    /// <summary>The limit of standard input in bytes; a configuration with a previous result has a few kilobytes.</summary>
    const int MaxInputBytes = 4 * 1024 * 1024;

    /// <summary>The log of calls; null: calls are not logged.</summary>
    public OperationLog? Operations { get; init; }

    /// <summary>Handles the call.</summary>
    /// <param name="variables">The variables of the protocol.</param>
    /// <param name="allVariables">Returns the whole environment for delegated plugins; null: <paramref name="variables"/> is all.</param>
    /// <returns>The exit code: 0, or 1 after an error object on the output.</returns>
    public int Run(
        IReadOnlyDictionary<string, string> variables, Func<IReadOnlyDictionary<string, string>>? allVariables = null)
    {
        var recorder = new OperationRecorder(Operations, plugin, variables);
        var exitCode = Run(recorder, variables, allVariables ?? (() => variables));
        recorder.Finish();
        return exitCode;
    }

    int Run(
        OperationRecorder recorder, IReadOnlyDictionary<string, string> variables, Func<IReadOnlyDictionary<string, string>> allVariables)
    {
        try
        {
            var answer = Dispatch(CniEnvironment.Read(variables), allVariables, recorder);
            if (answer is not null)
                output.Write(answer);
            return 0;
        }
        // The only catch-all: the runtime gets an error object for every failure.
#pragma warning disable CA1031
        catch (Exception e)
        {
            var error = Describe(e);
            recorder.Error = new OperationError((int)error.Code, error.Message);
            TryWrite(CniResultWriter.WriteError(error.Code, error.Message, error.Details));
            return 1;
        }
#pragma warning restore CA1031
    }

    /// <summary>Writes an error object. The runtime may have closed the pipe already.</summary>
    void TryWrite(byte[] error)
    {
        try
        {
            output.Write(error);
        }
        catch (IOException e)
        {
            log.WriteLine($"could not write the error object: {e.Message}");
        }
    }

    byte[]? Dispatch(CniEnvironment environment, Func<IReadOnlyDictionary<string, string>> variables, OperationRecorder recorder)
    {
        var verb = CniVerb.Find(environment.CommandName);
        if (verb?.Command == CniCommand.Version)
            return CniResultWriter.WriteVersion();
        var config = ReadInput();
        var header = CniJson.Decode(config, HeaderJson.Read, "network config");
        CniName.CheckNetworkName(header.Name);
        if (verb is null)
            throw new CniException(CniErrorCode.InvalidEnvironment, $"unknown CNI_COMMAND: {environment.CommandName}");
        var version = string.IsNullOrEmpty(header.CniVersion) ? CniVersion.Oldest : header.CniVersion;
        if (verb.Since != CniVersion.Oldest && !CniVersion.IsAtLeast(version, verb.Since))
            throw new CniException(CniErrorCode.IncompatibleVersion, $"config version does not allow {verb.Name}");
        CniVersion.CheckSupported(version);
        var request = new CniRequest
        {
            Environment = environment,
            NetworkName = header.Name!,
            Version = version,
            Config = config,
            Variables = variables,
            Log = log,
            Phases = recorder.Phases,
        };
        recorder.Request = request;
        recorder.Echo = header.LogLevel == "debug" ? log : null;
        return Execute(WithoutOwnNamespace(request, verb.Command), verb, recorder);
    }

    byte[]? Execute(CniRequest request, CniVerb verb, OperationRecorder recorder)
    {
        switch (verb.Command)
        {
            case CniCommand.Add:
                Add(request, recorder);
                return null;
            case CniCommand.Del:
                plugin.Delete(request);
                return null;
            case CniCommand.Check:
                plugin.Check(request);
                return null;
            case CniCommand.Gc:
                plugin.CollectGarbage(request);
                return null;
            case CniCommand.Status:
                ReportStatus(request);
                return null;
            default:
                throw new InvalidOperationException($"{verb.Name} has no handler");
        }
    }

    /// <summary>Answers STATUS. Every reason for which all ADDs fail gets the same code: not available.</summary>
    void ReportStatus(CniRequest request)
    {
        try
        {
            plugin.ReportStatus(request);
        }
        catch (CniException e) when (e.Code is not (CniErrorCode.NotAvailable or CniErrorCode.LimitedConnectivity))
        {
            throw new CniException(CniErrorCode.NotAvailable, e.Message, e.Details);
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            throw new CniException(CniErrorCode.NotAvailable, e.Message);
        }
    }

    /// <summary>
    /// Handles ADD. A result that cannot be written, or has no form in the version that is asked for, is a failure: the attachment is
    /// removed again.
    /// </summary>
    void Add(CniRequest request, OperationRecorder recorder)
    {
        var result = plugin.Add(request);
        recorder.Result = result;
        try
        {
            output.Write(CniResultWriter.Write(result, request.Version));
        }
        catch (Exception e) when (e is IOException or CniException)
        {
            plugin.Delete(request);
            throw;
        }
    }

    /// <summary>
    /// Deleting "eth0" in the node's own namespace would cut the node off. ADD refuses that namespace. DEL treats it as gone:
    /// after a reboot the path /proc/PID/ns/net of a former pod may lead to a process of the node.
    /// </summary>
    static CniRequest WithoutOwnNamespace(CniRequest request, CniCommand command)
    {
        var path = request.Environment.NetworkNamespace;
        if (request.Environment.MayUseOwnNamespace || command is not (CniCommand.Add or CniCommand.Del) || !IsOwnNamespace(request))
            return request;
        if (command == CniCommand.Add)
        {
            throw new CniException(CniErrorCode.InvalidNamespace,
                "plugin's netns and netns from CNI_NETNS should not be the same", path);
        }
        request.Log.WriteLine($"CNI_NETNS {path} is the node's own namespace: the namespace of {request.Environment.ContainerId} is gone");
        return request.WithoutNamespace();
    }

    /// <summary>
    /// Tells whether the request names this process's own namespace. A namespace that cannot be opened is another one; the verb decides
    /// what that means.
    /// </summary>
    static bool IsOwnNamespace(CniRequest request)
    {
        try
        {
            using var container = request.TryOpenNamespace();
            return container?.IsCurrent() == true;
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            return false;
        }
    }

    JsonText ReadInput()
    {
        var text = new MemoryStream();
        Span<byte> buffer = stackalloc byte[4096];
        try
        {
            for (int count; (count = input.Read(buffer)) > 0;)
            {
                text.Write(buffer[..count]);
                if (text.Length > MaxInputBytes)
                {
                    throw new CniException(CniErrorCode.DecodingFailure,
                        $"error unmarshall network config: longer than {MaxInputBytes} bytes");
                }
            }
        }
        catch (IOException e)
        {
            throw new CniException(CniErrorCode.IoFailure, $"error reading from stdin: {e.Message}");
        }
        return new JsonText(text.ToArray());
    }

    CniException Describe(Exception e)
    {
        switch (e)
        {
            case CniException cni:
                return cni;
            case KernelException { IsTemporary: true }:
                return new CniException(CniErrorCode.TryAgainLater, e.Message);
            case IOException or UnauthorizedAccessException:
                return new CniException(CniErrorCode.IoFailure, e.Message);
            case InvalidDataException:
                return new CniException(CniErrorCode.Internal, e.Message);
            case OutOfMemoryException:
                return new CniException(CniErrorCode.TryAgainLater, "not enough memory");
            default:
                log.Write($"{e}\n");
                return new CniException(CniErrorCode.Internal, e.Message, e.GetType().Name);
        }
    }
}
