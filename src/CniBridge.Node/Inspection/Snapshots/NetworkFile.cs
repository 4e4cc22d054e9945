using CniBridge.Linux;
using CniBridge.Node.Inspection.Examinations;
using CniBridge.Node.Runtime;
using CniBridge.Plugins.Bridge.Plan;

namespace CniBridge.Node.Inspection.Snapshots;

/// <summary>A bridge network and its configuration file.</summary>
public sealed record NetworkFile(string Path, ConfiguredNetwork Network)
{
    /// <summary>Returns the bridge networks of all files in a directory. Invalid files are skipped.</summary>
    public static IReadOnlyList<NetworkFile> ReadAll(string directory)
    {
        var networks = new List<NetworkFile>();
        foreach (var path in NetworkList.FindAll(directory))
        {
            if (TryLoad(path) is { } list)
                networks.AddRange(From(list, path));
        }
        return networks;
    }

    static NetworkList? TryLoad(string path)
    {
        try
        {
            return NetworkList.Load(path);
        }
        catch (Exception e) when (e is RuntimeException || e.IsIoFailure())
        {
            return null;
        }
    }

    /// <summary>Returns the bridge networks of one configuration, which has any number of them. Invalid ones are skipped.</summary>
    public static IReadOnlyList<NetworkFile> From(NetworkList list, string path)
    {
        var networks = new List<NetworkFile>();
        foreach (var plugin in list.Plugins)
        {
            if (plugin["type"]!.GetValue<string>() == "bridge" && DoctorContext.TryParse(list, plugin, out _) is { } network)
                networks.Add(new NetworkFile(path, network));
        }
        return networks;
    }
}
