using System.Text;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using CniBridge.Plugins.HostLocal.Records;
using CniBridge.Plugins.Tests.HostLocal.Store;

namespace CniBridge.Plugins.Tests.HostLocal.Model;

/// <summary>The directories of the store, with the changes that an operator or the Go plugin makes.</summary>
sealed class ModelStore(TemporaryDirectory root)
{
    internal string DataDirectory => root["data"];

    internal string StateDirectory => root["state"];

    internal string Directory => root["data/pods"];

    static readonly ReservationOwner s_nameless = new("", "");

    /// <summary>The files at the last call of <see cref="Look"/>. A file without content has no owner.</summary>
    internal Dictionary<IpAddress, ReservationOwner> Reservations { get; private set; } = [];

    /// <summary>Reads the files. Fails if there is an unexpected one.</summary>
    internal void Look()
    {
        Reservations = Read();
        SetReleaseTimes();
    }

    /// <summary>
    /// Gives all releases of a call one time, in the order of the calls. Otherwise the kernel's coarse clock and the speed of the machine
    /// would decide which release is older.
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

    internal static bool HasNoName(ReservationOwner owner) => owner == s_nameless;

    static ReservationOwner OwnerOf(string content)
    {
        if (content.Length == 0)
            return s_nameless;
        var parts = content.Split("\r\n");
        Assert.Equal(2, parts.Length);
        return new ReservationOwner(parts[0], parts[1]);
    }

    internal List<IpAddress> AddressesOf(ReservationOwner owner) =>
        [.. Reservations.Where(file => file.Value == owner).Select(file => file.Key)];

    /// <summary>
    /// Writes a reservation as the Go plugin does, at a time that differs from ours. The kernel's coarse clock could give both the same
    /// time.
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

    /// <summary>Changes the time in the stamp of the directory, because all boots of a test have one boot ID.</summary>
    internal void Reboot()
    {
        if (System.IO.Directory.Exists(Directory))
            System.IO.Directory.SetLastWriteTimeUtc(Directory, DateTime.UtcNow);
    }

    /// <summary>Truncates some records, as a power failure does.</summary>
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

    /// <summary>Returns our records without the stamp and the release times.</summary>
    internal List<string> Records() =>
        [.. Files().Where(path => !path.Contains("/.released/", StringComparison.Ordinal) && Path.GetFileName(path) != ".stamp")];

    string[] Files() => System.IO.Directory.Exists(StateDirectory)
        ? System.IO.Directory.GetFiles(StateDirectory, "*", SearchOption.AllDirectories)
        : [];

    /// <summary>Returns all names below the directory except the lock file, which every call creates.</summary>
    internal string Names() => string.Join('\n', System.IO.Directory.EnumerateFileSystemEntries(root.Path, "*", SearchOption.AllDirectories)
        .Where(path => Path.GetFileName(path) != "lock").Order(StringComparer.Ordinal));

    string PathOf(IpAddress address) => Path.Combine(Directory, address.ToString());

    internal void LetTimePass(TimeSpan time) => StoreClock.Advance(Directory, StateDirectory, time);
}
