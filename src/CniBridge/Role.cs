using CniBridge.Plugins;
using CniBridge.Plugins.Bridge;
using CniBridge.Plugins.HostLocal;
using CniBridge.Plugins.Loopback;
using CniBridge.Plugins.PortMap;
using CniBridge.Plugins.Protocol;

namespace CniBridge;

/// <summary>What the program does under the name that it was called by: links to it are the plugins of a node.</summary>
/// <param name="IsOperators">Called without a CNI verb, it is the operator's command line.</param>
sealed record Role(IPlugin Plugin, bool IsOperators)
{
    /// <summary>
    /// Returns the role of a program name: the plugin that the base name begins with. For any other name the configuration of
    /// the call decides.
    /// </summary>
    internal static Role Of(string argument0)
    {
        var program = Path.GetFileName(argument0);
        return PluginName.Find(program) is { } name
            ? new Role(Create(name), IsOperators: false)
            : new Role(new ConfiguredPlugin(program, Create), IsOperators: true);
    }

    static IPlugin Create(string name) => name switch
    {
        PluginName.HostLocal => new HostLocalPlugin(),
        PluginName.Loopback => new LoopbackPlugin(),
        PluginName.PortMap => new PortMapPlugin(),
        _ => new BridgePlugin(),
    };

    /// <summary>A plugin that is called by hand says what it is, as the reference plugins do.</summary>
    internal int WriteAbout(TextWriter log)
    {
        log.WriteLine($"CNI {Plugin.Name} plugin {ProductVersion.Text}");
        log.WriteLine($"CNI protocol versions supported: {string.Join(", ", CniVersion.Supported)}");
        return 0;
    }
}
