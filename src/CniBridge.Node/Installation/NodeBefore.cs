using System.Text.Json;
using System.Text.Json.Nodes;
using CniBridge.Linux.Route;
using CniBridge.Plugins.HostLocal;

namespace CniBridge.Node.Installation;

/// <summary>What a node was like, as far as plugins and commands of ours change it and others may go by it.</summary>
/// <param name="Bridges">Names of bridges that there were.</param>
/// <param name="Directories">Those that there were of the ones that we make.</param>
/// <param name="Settings">See <see cref="NodeSettings.Look"/>.</param>
sealed record NodeBefore(
    IReadOnlyList<string> Bridges, IReadOnlyList<string> Directories, IReadOnlyDictionary<string, string> Settings)
{
    /// <summary>
    /// That are made for files that outlast the command; deeper ones before those that hold them. That of network configurations
    /// is not among them: runtimes watch it, and would not see one that came in its place.
    /// </summary>
    internal static IReadOnlyList<string> CommonDirectories { get; } =
    [
        ReservationInventory.DefaultDataDirectory, "/var/lib/cni/results", "/var/lib/cni",
        "/var/lib/cni-bridge", "/run/cni-bridge",
        "/etc/sysctl.d", "/etc/NetworkManager/conf.d", "/etc/systemd/network",
    ];

    /// <param name="directories">Others that may be made.</param>
    internal static NodeBefore Look(IEnumerable<string> directories)
    {
        var there = new List<string>();
        foreach (var path in (IEnumerable<string>)[.. CommonDirectories, .. directories])
        {
            if (Directory.Exists(path) && !there.Contains(path))
                there.Add(path);
        }
        if (Directory.Exists(ReservationInventory.DefaultDataDirectory))
            there.AddRange(Directory.EnumerateDirectories(ReservationInventory.DefaultDataDirectory));
        using var socket = new RouteSocket();
        return new NodeBefore(socket.ListLinks("bridge").ConvertAll(bridge => bridge.Name), there, NodeSettings.Look());
    }

    /// <summary>A directory and all above it, deeper ones first.</summary>
    internal static IEnumerable<string> WithParents(string directory)
    {
        if (directory.Length == 0)
            yield break;
        for (var path = Path.GetFullPath(directory); path is not (null or "/"); path = Path.GetDirectoryName(path))
            yield return path;
    }

    /// <summary>False where it was looked from a place that had other directories, such as a container.</summary>
    internal bool KnowsDirectories { get; init; } = true;

    /// <summary>Or may have had.</summary>
    internal bool HadDirectory(string path) => !KnowsDirectories || Directories.Contains(path);

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("before");
        InstallationRecord.WriteTexts(json, "bridges", Bridges);
        InstallationRecord.WriteTexts(json, "directories", Directories);
        json.WriteStartObject("settings");
        foreach (var (name, value) in Settings)
            json.WriteString(name, value);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    internal static NodeBefore Read(JsonObject root)
    {
        var before = root["before"] as JsonObject ?? [];
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in before["settings"] as JsonObject ?? [])
            settings[name] = InstallationRecord.TextOf(value);
        return new NodeBefore(
            InstallationRecord.TextsOf(before["bridges"]), InstallationRecord.TextsOf(before["directories"]), settings);
    }
}
