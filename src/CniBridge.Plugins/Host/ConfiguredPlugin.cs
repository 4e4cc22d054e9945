using CniBridge.Plugins.Configuration;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Host;

/// <summary>
/// The plugin that the configuration names, for a program whose own name is no plugin's. To guess would be dangerous: DEL of the
/// wrong plugin deletes the pod's interface.
/// </summary>
/// <param name="program">The base name that the program was called by.</param>
/// <param name="create">Creates a plugin of a name in <see cref="PluginName.All"/>.</param>
public sealed class ConfiguredPlugin(string program, Func<string, IPlugin> create) : IPlugin
{
    IPlugin? _plugin;

    /// <summary>The plugin's name; before the first request, the program's name.</summary>
    public string Name => _plugin?.Name ?? program;

    public CniResult Add(CniRequest request) => Find(request).Add(request);

    public void Delete(CniRequest request) => Find(request).Delete(request);

    public void Check(CniRequest request) => Find(request).Check(request);

    public void CollectGarbage(CniRequest request) => Find(request).CollectGarbage(request);

    public void ReportStatus(CniRequest request) => Find(request).ReportStatus(request);

    /// <exception cref="CniException">Code 7: neither type nor ipam.type names a plugin of this program.</exception>
    IPlugin Find(CniRequest request)
    {
        if (_plugin is not null)
            return _plugin;
        var types = CniJson.Decode(request.Config, PluginTypesJson.Read, "network config");
        var (type, ipamType) = (types.Type ?? "", types.Ipam?.Type ?? "");
        // The main plugin runs its IPAM plugin with its own configuration: then type names the caller, not this program.
        var isIpamCall = program == ipamType && program != type;
        var name = (isIpamCall ? null : PluginName.Find(type)) ?? PluginName.Find(ipamType) ?? throw new CniException(
            CniErrorCode.InvalidConfig,
            $"no plugin for the program name \"{program}\", type \"{type}\" and ipam.type \"{ipamType}\"",
            $"name the program after one of its plugins: {string.Join(", ", PluginName.All)}");
        return _plugin = create(name);
    }
}
