using System.Globalization;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal.Liveness;
using CniBridge.Plugins.HostLocal.Records;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.HostLocal;

/// <summary>A node that a test boots, and whose namespaces, links and addresses it makes and deletes.</summary>
sealed class FakeNodeView : INodeView
{
    int _boots = 1;
    int _namespaces;

    public string BootId => $"boot-{_boots}";

    /// <summary>By path.</summary>
    internal Dictionary<string, string> Namespaces { get; } = [];

    internal Dictionary<Attachment, string> HostLinks { get; } = [];

    /// <summary>By namespace and interface: NETNS IFNAME.</summary>
    internal Dictionary<string, HashSet<IpAddress>> Configured { get; } = [];

    /// <summary>Of namespaces that no path leads to.</summary>
    internal HashSet<IpAddress> Hidden { get; } = [];

    /// <summary>Some namespace cannot be looked into.</summary>
    internal bool IsBlind { get; set; }

    internal int Looks { get; private set; }

    internal void Reboot()
    {
        _boots++;
        Namespaces.Clear();
        HostLinks.Clear();
        Configured.Clear();
    }

    /// <summary>Creates a namespace in place of the one at a path.</summary>
    internal AttachmentOrigin AddNamespace(string path)
    {
        Namespaces[path] = string.Create(CultureInfo.InvariantCulture, $"0:4:{++_namespaces % InodeNumbers}");
        _cookies[path] = (ulong)_namespaces;
        return new AttachmentOrigin(BootId, path, Namespaces[path], DateTimeOffset.UtcNow) { NetnsCookie = CookieOf(path) };
    }

    readonly Dictionary<string, ulong> _cookies = [];

    /// <summary>The kernel gives so many inode numbers to namespaces, again and again.</summary>
    internal int InodeNumbers { get; set; } = int.MaxValue;

    /// <summary>False: the kernel is older than 5.14.</summary>
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
