using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal;

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

    internal AttachmentOrigin AddNamespace(string path)
    {
        Namespaces[path] = $"0:4:{++_namespaces}";
        return new AttachmentOrigin(BootId, path, Namespaces[path], DateTimeOffset.UtcNow);
    }

    public string? IdentityOf(string path) => Namespaces.GetValueOrDefault(path);

    public string? FindHostLink(Attachment attachment) => HostLinks.GetValueOrDefault(attachment);

    public bool HasAddress(string netns, string interfaceName, IpAddress address) =>
        Configured.GetValueOrDefault($"{netns} {interfaceName}")?.Contains(address) == true;

    public HashSet<IpAddress> FindLiving(IReadOnlySet<IpAddress> addresses)
    {
        Looks++;
        return IsBlind
            ? throw new IOException("permission denied")
            : [.. Configured.Values.SelectMany(configured => configured).Concat(Hidden).Where(addresses.Contains)];
    }
}
