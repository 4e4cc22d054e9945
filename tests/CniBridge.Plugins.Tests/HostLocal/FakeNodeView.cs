using System.Globalization;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal.Liveness;
using CniBridge.Plugins.HostLocal.Records;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.HostLocal;

/// <summary>A node whose boots, namespaces, links and addresses are set by a test.</summary>
sealed class FakeNodeView : INodeView
{
    int _boots = 1;
    int _namespaces;

    public string BootId => $"boot-{_boots}";

    /// <summary>The identities of namespaces by path.</summary>
    internal Dictionary<string, string> Namespaces { get; } = [];

    internal Dictionary<Attachment, string> HostLinks { get; } = [];

    /// <summary>The configured addresses by namespace and interface: NETNS IFNAME.</summary>
    internal Dictionary<string, HashSet<IpAddress>> Configured { get; } = [];

    /// <summary>The addresses in namespaces without a path.</summary>
    internal HashSet<IpAddress> Hidden { get; } = [];

    /// <summary>True if some namespace cannot be opened.</summary>
    internal bool IsBlind { get; set; }

    internal int Looks { get; private set; }

    internal void Reboot()
    {
        _boots++;
        Namespaces.Clear();
        HostLinks.Clear();
        Configured.Clear();
    }

    /// <summary>Creates a namespace at a path and replaces an existing one.</summary>
    internal AttachmentOrigin AddNamespace(string path)
    {
        Namespaces[path] = string.Create(CultureInfo.InvariantCulture, $"0:4:{++_namespaces % InodeNumbers}");
        _cookies[path] = (ulong)_namespaces;
        return new AttachmentOrigin(BootId, path, Namespaces[path], DateTimeOffset.UtcNow) { NetnsCookie = CookieOf(path) };
    }

    readonly Dictionary<string, ulong> _cookies = [];

    /// <summary>The number of inode numbers for namespaces before they repeat.</summary>
    internal int InodeNumbers { get; set; } = int.MaxValue;

    /// <summary>False for a kernel before 5.14, which has no namespace cookies.</summary>
    internal bool HasCookies { get; set; } = true;

    public string? IdentityOf(string path) => Namespaces.GetValueOrDefault(path);

    public ulong CookieOf(string path) => HasCookies && Namespaces.ContainsKey(path) ? _cookies[path] : 0;

    public string? FindHostLink(Attachment attachment) => HostLinks.GetValueOrDefault(attachment);

    public bool HasAddress(string netns, string interfaceName, IpAddress address) =>
        Configured.GetValueOrDefault($"{netns} {interfaceName}")?.Contains(address) == true;

    public HashSet<IpAddress> FindLiving(IReadOnlySet<IpAddress> addresses, Func<OccupiedNamespace, IpAddress, bool> counts)
    {
        Looks++;
        if (IsBlind)
            throw new IOException("permission denied");
        var living = Hidden.Where(addresses.Contains).ToHashSet();
        foreach (var (name, configured) in Configured)
        {
            var path = name.Split(' ')[0];
            var place = new OccupiedNamespace(CookieOf(path), Aliases.GetValueOrDefault(path, []));
            living.UnionWith(configured.Where(address => addresses.Contains(address) && counts(place, address)));
        }
        return living;
    }

    /// <summary>The aliases of the host veths that lead into the namespace at a path.</summary>
    internal Dictionary<string, string[]> Aliases { get; } = [];
}
