using CniBridge.Plugins;
using CniBridge.Plugins.Bridge;
using CniBridge.Plugins.HostLocal;
using CniBridge.Plugins.Loopback;
using CniBridge.Plugins.PortMap;
using CniBridge.Plugins.Protocol;

namespace CniBridge;

/// <summary>What the binary is when it is called by a name: links to it are the plugins of a node.</summary>
/// <param name="IsOperators">Called without a CNI verb, it is the operator's command.</param>
sealed record Role(IPlugin Plugin, bool IsOperators)
{
    /// <summary>The plugins' names.</summary>
    internal static IReadOnlyList<string> Names { get; } = ["bridge", "host-local", "loopback", "portmap"];

    /// <summary>The base name decides; a name that is no plugin's is the main plugin's and the operator's.</summary>
    internal static Role Of(string argument0) => Path.GetFileName(argument0) switch
    {
        "bridge" => new(new BridgePlugin(), false),
        "host-local" => new(new HostLocalPlugin(), false),
        "loopback" => new(new LoopbackPlugin(), false),
        "portmap" => new(new PortMapPlugin(), false),
        _ => new(new BridgePlugin(), true),
    };

    /// <summary>A plugin that is called by hand says what it is, as the reference plugins do.</summary>
    internal int WriteAbout(TextWriter log)
    {
        log.WriteLine($"CNI {Plugin.Name} plugin {ProductVersion.Text}");
        log.WriteLine($"CNI protocol versions supported: {string.Join(", ", CniVersion.Supported)}");
        return 0;
    }
}
