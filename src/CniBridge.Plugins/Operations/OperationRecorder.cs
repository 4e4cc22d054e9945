using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Timing;

namespace CniBridge.Plugins.Operations;

/// <summary>Collects the data of one call for the log.</summary>
/// <param name="log">The log; null: the call is not logged.</param>
sealed class OperationRecorder(OperationLog? log, IPlugin plugin, IReadOnlyDictionary<string, string> variables)
{
    internal PhaseTimes Phases { get; } = new();

    /// <summary>The request; null until the call has been validated.</summary>
    internal CniRequest? Request { get; set; }

    internal CniResult? Result { get; set; }

    internal OperationError? Error { get; set; }

    /// <summary>A second output for operators; null: none.</summary>
    internal TextWriter? Echo { get; set; }

    /// <summary>Logs the call. Logs VERSION and STATUS only if they failed, because runtimes call them every few seconds.</summary>
    internal void Finish()
    {
        var verb = variables.GetValueOrDefault("CNI_COMMAND", "");
        if (Error is null && verb is "VERSION" or "STATUS")
            return;
        if (log is null && Echo is null)
            return;
        Phases.End(Phase.Rest);
        var operation = ToOperation(verb);
        log?.TryAppend(operation);
        Echo?.Write(System.Text.Encoding.UTF8.GetString(operation.ToLine()));
    }

    Operation ToOperation(string verb)
    {
        var addresses = new List<string>();
        foreach (var ip in Result?.Ips ?? [])
            addresses.Add(ip.Address.ToString());
        return new Operation(DateTimeOffset.UtcNow, verb, plugin.Name, new Attachment(
            Request?.NetworkName ?? "", Text("CNI_CONTAINERID"), Text("CNI_IFNAME")))
        {
            Netns = Text("CNI_NETNS"),
            Pod = PodName.Parse(Text("CNI_ARGS")),
            Addresses = addresses,
            Error = Error,
            Microseconds = Phases.TotalMicroseconds,
            PhaseMicroseconds = Phases.Microseconds(),
            Trace = Text(CniEnvironment.TraceVariable),
        };
    }

    string Text(string name) => variables.GetValueOrDefault(name, "");
}
