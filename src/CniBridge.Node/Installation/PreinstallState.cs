using System.Text.Json;
using System.Text.Json.Nodes;
using CniBridge.Linux.Route;
using CniBridge.Plugins.Inspection;

namespace CniBridge.Node.Installation;

/// <summary>The state of a node before the first installation, as far as plugins and commands change it.</summary>
/// <param name="Bridges">The names of the existing bridges.</param>
/// <param name="Directories">The existing directories, of those that cni-bridge creates.</param>
/// <param name="Settings">The kernel settings; see <see cref="NodeSettings.Look"/>.</param>
sealed record PreinstallState(
    IReadOnlyList<string> Bridges, IReadOnlyList<string> Directories, IReadOnlyDictionary<string, string> Settings)
{
    /// <summary>
    /// The directories that cni-bridge creates, children before parents. The configuration directory is not included: runtimes watch
    /// it, and would not notice a new one.
    /// </summary>
    internal static IReadOnlyList<string> CommonDirectories { get; } =
    [
        ReservationInventory.DefaultDataDirectory, "/var/lib/cni/results", "/var/lib/cni",
        "/var/lib/cni-bridge", "/run/cni-bridge",
        "/etc/sysctl.d", "/etc/NetworkManager/conf.d", "/etc/systemd/network",
    ];

    /// <summary>Reads the state of the node.</summary>
    /// <param name="directories">More directories that may be created.</param>
    internal static PreinstallState Look(IEnumerable<string> directories)
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
        return new PreinstallState(socket.ListLinks("bridge").ConvertAll(bridge => bridge.Name), there, NodeSettings.Look());
    }

    /// <summary>Returns a directory and its parents, children first.</summary>
    internal static IEnumerable<string> WithParents(string directory)
    {
        if (directory.Length == 0)
            yield break;
        for (var path = Path.GetFullPath(directory); path is not (null or "/"); path = Path.GetDirectoryName(path))
            yield return path;
    }

    /// <summary>False if the state was read where other directories are visible, such as in a container.</summary>
    internal bool KnowsDirectories { get; init; } = true;

    /// <summary>Tells whether the directory existed, or may have existed.</summary>
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

    internal static PreinstallState Read(JsonObject root)
    {
        var before = root["before"] as JsonObject ?? [];
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in before["settings"] as JsonObject ?? [])
            settings[name] = InstallationRecord.TextOf(value);
        return new PreinstallState(
            InstallationRecord.TextsOf(before["bridges"]), InstallationRecord.TextsOf(before["directories"]), settings);
    }
}
