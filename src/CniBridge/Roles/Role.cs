using CniBridge.CommandLine;
using CniBridge.Plugins.Bridge;
using CniBridge.Plugins.Host;
using CniBridge.Plugins.HostLocal;
using CniBridge.Plugins.Loopback;
using CniBridge.Plugins.PortMap;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Roles;

/// <summary>The role of this process. The name of the executable selects it: the plugins of a node are links to one binary.</summary>
/// <param name="IsOperators">True if the program without a CNI verb is the operator's command line.</param>
sealed record Role(IPlugin Plugin, bool IsOperators)
{
    /// <summary>
    /// Returns the role for a program name: the plugin that the base name begins with. For any other name the configuration of
    /// the call selects the plugin.
    /// </summary>
    internal static Role FromProgramName(string argument0)
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

    /// <summary>Prints name and version, as the reference plugins do without CNI_COMMAND. Returns the exit code 0.</summary>
    internal int WriteAbout(TextWriter log)
    {
        log.WriteLine($"CNI {Plugin.Name} plugin {ProductVersion.Text}");
        log.WriteLine($"CNI protocol versions supported: {string.Join(", ", CniVersion.Supported)}");
        return 0;
    }
}
