using System.Text;
using System.Text.Json.Nodes;
using CniBridge.Linux;
using CniBridge.Plugins.Json;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Node.Runtime;

/// <summary>
/// The plugin chain of a network. It runs the plugins for one attachment as a runtime does, and passes each result to the next plugin.
/// </summary>
public sealed class NetworkChain(NetworkList list, PluginProcess plugins, ResultCache cache, TextWriter log)
{
    /// <summary>Attaches a container. If a plugin fails, runs DEL for all plugins.</summary>
    /// <param name="arguments">The arguments of the attachment, which DEL and CHECK get again; null for none.</param>
    /// <returns>The result of the last plugin.</returns>
    /// <exception cref="RuntimeException">A plugin failed.</exception>
    public byte[] Add(string containerId, string netns, string interfaceName, RuntimeArguments? arguments = null)
    {
        var attachment = MakeAttachment(containerId, interfaceName);
        arguments ??= RuntimeArguments.None;
        arguments.CheckDeclared(list);
        byte[]? result = null;
        try
        {
            foreach (var plugin in list.Plugins)
            {
                result = plugins.Run(
                    "ADD", TypeOf(plugin), attachment, netns, Request(plugin, result, arguments), arguments.ToVariable());
                CheckResult(TypeOf(plugin), result);
            }
            cache.Save(list, attachment, netns, result!, arguments);
            return result!;
        }
        catch (Exception e) when (e is RuntimeException || e.IsIoFailure())
        {
            if (e is RuntimeException && IsAttached(attachment))
                throw;
            TryUndo(attachment, netns, arguments);
            throw;
        }
    }

    void CheckResult(string plugin, byte[] result)
    {
        if (!RuntimeJson.TryParseObject(result, out _))
            throw new RuntimeException($"plugin {plugin} succeeded but printed no result");
        try
        {
            CniResultReader.Check(result, $"plugin {plugin}", list.Version);
        }
        catch (CniException e)
        {
            throw new RuntimeException(e.Message);
        }
    }

    /// <summary>Tells whether the attachment exists. Then a failed second ADD must not delete what the first one created.</summary>
    bool IsAttached(Attachment attachment) => cache.TryLoad(attachment) is not null;

    void TryUndo(Attachment attachment, string netns, RuntimeArguments arguments)
    {
        try
        {
            Delete(attachment, netns, null, arguments);
        }
        catch (RuntimeException e)
        {
            log.WriteLine($"cleanup after the failure: {e.Message}");
        }
    }

    /// <summary>Detaches a container. A container that is not attached is no error.</summary>
    /// <param name="netns">The path of the namespace; empty to use the path that ADD cached, if any.</param>
    public void Delete(string containerId, string netns, string interfaceName)
    {
        var attachment = MakeAttachment(containerId, interfaceName);
        var entry = cache.TryLoad(attachment);
        Delete(attachment, netns.Length > 0 ? netns : entry?.NetworkNamespace ?? "", entry?.Result,
            entry?.Arguments ?? RuntimeArguments.None);
        cache.Remove(attachment);
    }

    void Delete(Attachment attachment, string netns, byte[]? result, RuntimeArguments arguments)
    {
        var previous = result is not null && CniVersion.IsAtLeast(list.Version, "0.4.0") ? Converted(result) : null;
        var failures = new List<string>();
        foreach (var plugin in list.Plugins.Reverse())
        {
            try
            {
                plugins.Run("DEL", TypeOf(plugin), attachment, netns, Request(plugin, previous, arguments), arguments.ToVariable());
            }
            catch (RuntimeException e)
            {
                // The other plugins must still clean up.
                failures.Add(e.Message);
            }
        }
        if (failures.Count > 0)
            throw new RuntimeException(string.Join("; ", failures));
    }

    /// <summary>Runs CHECK for all plugins.</summary>
    /// <exception cref="RuntimeException">A plugin found a difference, or the container was not added.</exception>
    public void Check(string containerId, string netns, string interfaceName)
    {
        var attachment = MakeAttachment(containerId, interfaceName);
        if (!CniVersion.IsAtLeast(list.Version, "0.4.0"))
        {
            throw new RuntimeException(
                $"configuration version \"{list.Version}\" does not support the CHECK command: use 0.4.0 or newer");
        }
        if (list.DisablesCheck)
            return;
        var entry = cache.TryLoad(attachment)
            ?? throw new RuntimeException(!Environment.IsPrivilegedProcess
                ? $"cannot read the cached result of {containerId}: run as root"
                : $"{containerId} was not added to the network {list.Name}: add it first");
        var previous = Converted(entry.Result);
        foreach (var plugin in list.Plugins)
        {
            plugins.Run(
                "CHECK", TypeOf(plugin), attachment, netns, Request(plugin, previous, entry.Arguments), entry.Arguments.ToVariable());
        }
    }

    Attachment MakeAttachment(string containerId, string interfaceName)
    {
        try
        {
            // The names become part of a path, so they are checked first.
            CniName.CheckContainerId(containerId);
            CniName.CheckInterfaceName(interfaceName);
        }
        catch (CniException e)
        {
            throw new RuntimeException(e.Details.Length > 0 ? $"{e.Message}: {e.Details}" : e.Message);
        }
        return new Attachment(list.Name, containerId, interfaceName);
    }

    /// <summary>Converts a cached result to the version of the configuration, which may have changed since ADD.</summary>
    byte[] Converted(byte[] result)
    {
        try
        {
            return CniResultReader.Convert(result, list.Version);
        }
        catch (CniException e)
        {
            throw new RuntimeException($"the cached result cannot be used: {e.Message}");
        }
    }

    static string TypeOf(JsonObject plugin) => plugin["type"]!.GetValue<string>();

    byte[] Request(JsonObject plugin, byte[]? previous, RuntimeArguments arguments)
    {
        var request = (JsonObject)plugin.DeepClone();
        request["name"] = list.Name;
        request["cniVersion"] = list.Version;
        arguments.AddTo(request);
        if (previous is not null)
            request["prevResult"] = new JsonText(previous).ToNode();
        return Encoding.UTF8.GetBytes(request.ToJsonString());
    }
}
