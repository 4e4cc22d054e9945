using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal.Records;

namespace CniBridge.Plugins.Tests.HostLocal.Store;

/// <summary>The clock of a store. It advances by setting back all times on the disk, so that no test waits.</summary>
static class StoreClock
{
    internal static void Advance(string directory, string stateDirectory, TimeSpan time)
    {
        foreach (var path in Files(directory).Where(path => IpAddress.TryParse(Path.GetFileName(path), out _)))
            File.SetLastWriteTimeUtc(path, File.GetLastWriteTimeUtc(path) - time);
        foreach (var path in Files(stateDirectory)
            .Where(path => !path.Contains("/.released/", StringComparison.Ordinal) && Path.GetFileName(path) != ".stamp"))
        {
            var lines = File.ReadAllText(path).Split('\n');
            for (var i = 0; i < lines.Length; i++)
                lines[i] = RecordedAddress.TryParse(lines[i]) is { } entry ? (entry with { MadeAt = entry.MadeAt - time }).ToString()
                    : lines[i];
            File.WriteAllText(path, string.Join('\n', lines));
        }
    }

    static string[] Files(string directory) =>
        Directory.Exists(directory) ? Directory.GetFiles(directory, "*", SearchOption.AllDirectories) : [];
}
