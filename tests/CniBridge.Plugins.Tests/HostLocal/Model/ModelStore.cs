using System.Text;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using CniBridge.Plugins.HostLocal.Records;
using CniBridge.Plugins.Tests.HostLocal.Store;

namespace CniBridge.Plugins.Tests.HostLocal.Model;

/// <summary>The directories as another program sees them, and what a person or the Go plugin does to them.</summary>
sealed class ModelStore(TemporaryDirectory root)
{
    internal string DataDirectory => root["data"];

    internal string StateDirectory => root["state"];

    internal string Directory => root["data/pods"];

    static readonly ReservationOwner s_nobody = new("", "");

    /// <summary>The files at the last look. A file without content has no owner.</summary>
    internal Dictionary<IpAddress, ReservationOwner> Reservations { get; private set; } = [];

    /// <summary>Fails if there is an unexpected file.</summary>
    internal void Look()
    {
        Reservations = Read();
        SetReleaseTimes();
    }

    /// <summary>
    /// Gives all releases of a call one time, in the order of the calls. The kernel's clock ticks every few milliseconds, so that the speed
    /// of the machine would decide which of two releases is the older one.
    /// </summary>
    void SetReleaseTimes()
    {
        _clock += TimeSpan.FromMilliseconds(1);
        foreach (var path in Files()
            .Where(path => path.Contains("/.released/", StringComparison.Ordinal) && File.GetLastWriteTimeUtc(path) > _start))
            File.SetLastWriteTimeUtc(path, _clock);
    }

    static readonly TimeSpan s_past = TimeSpan.FromHours(1);

    readonly DateTime _start = DateTime.UtcNow - s_past / 2;

    DateTime _clock = DateTime.UtcNow - s_past;

    Dictionary<IpAddress, ReservationOwner> Read()
    {
        var found = new Dictionary<IpAddress, ReservationOwner>();
        if (!System.IO.Directory.Exists(Directory))
            return found;
        foreach (var path in System.IO.Directory.EnumerateFileSystemEntries(Directory))
        {
            var name = Path.GetFileName(path);
            if (IpAddress.TryParse(name, out var address))
                found[address] = OwnerOf(Encoding.UTF8.GetString(SmallFile.TryRead(path, 512)!));
            else if (name != "lock" && !name.StartsWith("last_reserved_ip.", StringComparison.Ordinal))
                Assert.Fail($"{name} is in the store");
        }
        return found;
    }

    internal static bool IsNobody(ReservationOwner owner) => owner == s_nobody;

    static ReservationOwner OwnerOf(string content)
    {
        if (content.Length == 0)
            return s_nobody;
        var parts = content.Split("\r\n");
        Assert.Equal(2, parts.Length);
        return new ReservationOwner(parts[0], parts[1]);
    }

    internal List<IpAddress> AddressesOf(ReservationOwner owner) =>
        [.. Reservations.Where(file => file.Value == owner).Select(file => file.Key)];

    /// <summary>
    /// Writes as the Go plugin does, at another time than any of ours: the kernel's clock ticks every few milliseconds, and a pod of a test
    /// lives for less.
    /// </summary>
    internal void WriteAsGo(IpAddress address, string content)
    {
        System.IO.Directory.CreateDirectory(Directory);
        File.WriteAllText(PathOf(address), content);
        File.SetLastWriteTimeUtc(PathOf(address), DateTime.UtcNow.AddSeconds(1));
        Look();
    }

    internal void DeleteAsGo(ReservationOwner owner)
    {
        AddressesOf(owner).ForEach(address => File.Delete(PathOf(address)));
        Look();
    }

    /// <summary>The stamp of a directory names the boot; here all boots are one, and another time does the same.</summary>
    internal void Reboot()
    {
        if (System.IO.Directory.Exists(Directory))
            System.IO.Directory.SetLastWriteTimeUtc(Directory, DateTime.UtcNow);
    }

    /// <summary>A loss of power: of some records only the beginning was on the disk.</summary>
    internal void TearRecords(Func<int, int> draw)
    {
        foreach (var path in Records())
        {
            if (draw(3) == 0)
                File.WriteAllText(path, string.Concat(File.ReadAllText(path).Take(draw(60))));
        }
    }

    internal void LoseReservations(bool withDirectory)
    {
        foreach (var address in Reservations.Keys)
            File.Delete(PathOf(address));
        if (withDirectory && System.IO.Directory.Exists(Directory))
            System.IO.Directory.Delete(Directory, recursive: true);
        Look();
    }

    internal void LoseRecords()
    {
        if (System.IO.Directory.Exists(StateDirectory))
            System.IO.Directory.Delete(StateDirectory, recursive: true);
    }

    /// <summary>Our notes, but for the stamp and when addresses were released.</summary>
    internal List<string> Records() =>
        [.. Files().Where(path => !path.Contains("/.released/", StringComparison.Ordinal) && Path.GetFileName(path) != ".stamp")];

    string[] Files() => System.IO.Directory.Exists(StateDirectory)
        ? System.IO.Directory.GetFiles(StateDirectory, "*", SearchOption.AllDirectories)
        : [];

    /// <summary>All names below the directory except the lock file, which every call creates.</summary>
    internal string Names() => string.Join('\n', System.IO.Directory.EnumerateFileSystemEntries(root.Path, "*", SearchOption.AllDirectories)
        .Where(path => Path.GetFileName(path) != "lock").Order(StringComparer.Ordinal));

    string PathOf(IpAddress address) => Path.Combine(Directory, address.ToString());

    internal void LetTimePass(TimeSpan time) => StoreClock.Advance(Directory, StateDirectory, time);
}
