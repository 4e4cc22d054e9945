using System.Text;
using System.Text.Json.Nodes;
using CniBridge.Linux;
using CniBridge.Plugins;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Node.Runtime;

/// <summary>Runs the plugins of a network for one attachment, as a runtime does: the previous result is handed on.</summary>
public sealed class NetworkChain(NetworkList list, PluginProcess plugins, ResultCache cache, TextWriter log)
{
    /// <summary>Attaches a container; when a plugin fails, what the earlier ones did is deleted again.</summary>
    /// <returns>The last plugin's result.</returns>
    /// <exception cref="RuntimeException">A plugin failed.</exception>
    public byte[] Add(string containerId, string netns, string interfaceName)
    {
        var attachment = MakeAttachment(containerId, interfaceName);
        byte[]? result = null;
        try
        {
            foreach (var plugin in list.Plugins)
            {
                result = plugins.Run("ADD", TypeOf(plugin), attachment, netns, Request(plugin, result));
                CheckResult(TypeOf(plugin), result);
            }
            cache.Save(list, attachment, netns, result!);
            return result!;
        }
        catch (Exception e) when (e is RuntimeException || e.IsIoFailure())
        {
            if (e is RuntimeException && IsAttached(attachment))
                throw;
            TryUndo(attachment, netns);
            throw;
        }
    }

    void CheckResult(string plugin, byte[] result)
    {
        if (!RuntimeJson.TryParseObject(result, out _))
            throw new RuntimeException($"plugin {plugin} said that it worked but printed no result");
        try
        {
            CniResultReader.Check(result, $"plugin {plugin}", list.Version);
        }
        catch (CniException e)
        {
            throw new RuntimeException(e.Message);
        }
    }

    /// <summary>A refused second ADD must not take down what the first one made.</summary>
    bool IsAttached(Attachment attachment) => cache.TryLoad(attachment) is not null;

    void TryUndo(Attachment attachment, string netns)
    {
        try
        {
            Delete(attachment, netns, null);
        }
        catch (RuntimeException e)
        {
            log.WriteLine($"cleaning up after the failure: {e.Message}");
        }
    }

    /// <summary>Detaches a container; nothing there is success.</summary>
    /// <param name="netns">Empty: the one that ADD noted, if it did.</param>
    public void Delete(string containerId, string netns, string interfaceName)
    {
        var attachment = MakeAttachment(containerId, interfaceName);
        var entry = cache.TryLoad(attachment);
        Delete(attachment, netns.Length > 0 ? netns : entry?.NetworkNamespace ?? "", entry?.Result);
        cache.Remove(attachment);
    }

    void Delete(Attachment attachment, string netns, byte[]? result)
    {
        var previous = result is not null && CniVersion.IsAtLeast(list.Version, "0.4.0") ? Converted(result) : null;
        var failures = new List<string>();
        foreach (var plugin in list.Plugins.Reverse())
        {
            try
            {
                plugins.Run("DEL", TypeOf(plugin), attachment, netns, Request(plugin, previous));
            }
            catch (RuntimeException e)
            {
                // What the other plugins made must not stay because of this one.
                failures.Add(e.Message);
            }
        }
        if (failures.Count > 0)
            throw new RuntimeException(string.Join("; ", failures));
    }

    /// <exception cref="RuntimeException">Something is not as ADD left it.</exception>
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
            ?? throw new RuntimeException($"no record that {containerId} was added to {list.Name}: add it first");
        var previous = Converted(entry.Result);
        foreach (var plugin in list.Plugins)
            plugins.Run("CHECK", TypeOf(plugin), attachment, netns, Request(plugin, previous));
    }

    Attachment MakeAttachment(string containerId, string interfaceName)
    {
        try
        {
            // The names become part of a path: they are checked before anything is done with them.
            CniName.CheckContainerId(containerId);
            CniName.CheckInterfaceName(interfaceName);
        }
        catch (CniException e)
        {
            throw new RuntimeException(e.Details.Length > 0 ? $"{e.Message}: {e.Details}" : e.Message);
        }
        return new Attachment(list.Name, containerId, interfaceName);
    }

    /// <summary>The configuration may have another version than the one that ADD ran with.</summary>
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

    byte[] Request(JsonObject plugin, byte[]? previous)
    {
        var request = (JsonObject)plugin.DeepClone();
        request["name"] = list.Name;
        request["cniVersion"] = list.Version;
        if (previous is not null)
            request["prevResult"] = new JsonText(previous).ToNode();
        return Encoding.UTF8.GetBytes(request.ToJsonString());
    }
}
