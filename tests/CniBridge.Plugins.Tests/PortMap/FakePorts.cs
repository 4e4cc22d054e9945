using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables.Sets;
using CniBridge.Plugins.PortMap;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.PortMap;

/// <summary>The sets of a node in memory. Records changes; the steps in <see cref="Failing"/> fail.</summary>
sealed class FakePorts : INodePorts, IConntrack
{
    readonly Dictionary<string, HostPortElement> _elements = [];
    int _locks;

    /// <summary>The recorded steps in order.</summary>
    internal List<string> Calls { get; } = [];

    /// <summary>The steps that fail, by their recorded names.</summary>
    internal HashSet<string> Failing { get; } = [];

    /// <summary>The error number of failing steps.</summary>
    internal int Errno { get; set; } = CniBridge.Linux.Errno.EINVAL;

    /// <summary>Actions of concurrent programs. Each runs once, just before a change.</summary>
    internal Queue<Action> Meanwhile { get; } = [];

    /// <summary>True if the kernel makes a change and its answer is lost.</summary>
    internal bool LosesAnswer { get; set; }

    internal string? Link { get; init; } = "cni0";

    /// <summary>Each element as SET KEY: OWNER.</summary>
    internal IEnumerable<string> Elements => _elements.Values
        .Select(element => $"{element.Set} {element.What}: {element.Owner}").Order(StringComparer.Ordinal);

    internal string? Damage { get; init; }

    internal bool IsLocalhostAllowed { get; init; } = true;

    void Note(string call)
    {
        Calls.Add(call);
        if (Failing.Contains(call))
            throw new KernelException(call, Errno);
    }

    static string KeyOf(HostPortElement element) => $"{element.Set} {Convert.ToHexString(element.Element.Key)}";

    /// <summary>Adds an element without recording it.</summary>
    internal void Put(HostPortElement element) => _elements[KeyOf(element)] = element;

    internal void Clear() => _elements.Clear();

    public string? FindLink(IpAddress pod) => Link;

    public void DeleteGoPorts(string network, string containerId) => Note($"delete Go's ports of {network} {containerId}");

    public void CollectGoPorts(string network, ValidAttachments valid) => Note($"collect Go's ports of {network}");

    public bool IsOwn(IpAddress address) => false;

    public SetElement? Find(HostPortElement element) => _elements.GetValueOrDefault(KeyOf(element))?.Element;

    public IReadOnlyList<HostPortElement> List() => [.. _elements.Values.Where(element => !element.IsShared)];

    public void Apply(HostPortChange change, bool remakesRules = false)
    {
        if (change.Removed.Count > 0 && !Failing.Contains("lock"))
            Assert.NotEqual(0, _locks);
        if (Meanwhile.TryDequeue(out var act))
            act();
        Note($"{(remakesRules ? "remake, " : "")}remove {change.Removed.Count}, add {change.Added.Count}");
        var removed = change.Removed.Select(KeyOf).ToList();
        // The kernel refuses a second deletion of one key in a batch as missing, and a second creation as existing.
        if (removed.Exists(key => !_elements.ContainsKey(key)) || removed.Distinct().Count() < removed.Count)
            throw new KernelException("delete elements", CniBridge.Linux.Errno.ENOENT);
        if (change.Added.Select(KeyOf).Distinct().Count() < change.Added.Count)
            throw new KernelException("add elements", CniBridge.Linux.Errno.EEXIST);
        if (change.Added.Any(element => _elements.ContainsKey(KeyOf(element)) && !removed.Contains(KeyOf(element))))
            throw new KernelException("add elements", CniBridge.Linux.Errno.EEXIST);
        removed.ForEach(key => _elements.Remove(key));
        foreach (var element in change.Added)
            Put(element);
        if (LosesAnswer)
            throw new KernelException("change the tables", CniBridge.Linux.Errno.ENOBUFS);
    }

    public string? FindDamage(AddressFamily family) => Damage;

    public void AllowLocalhost(string link) => Note($"allow localhost on {link}");

    public bool AllowsLocalhost(string link) => IsLocalhostAllowed;

    public IDisposable Lock()
    {
        Note("lock");
        _locks++;
        return new Unlocking(this);
    }

    public void TryFirewall() => Note("try firewall");

    /// <summary>The number of lists of the kernel's connections.</summary>
    internal int Passes { get; private set; }

    public void Forget(IReadOnlyList<StaleConnections> stale)
    {
        if (stale.Count > 0)
            Passes++;
        foreach (var (flow, end) in stale)
            Note($"forget {(end == FlowEnd.Pod ? "own" : "others")} of {Describe(flow)}");
    }

    static string Describe(HostPortFlow flow) =>
        $"{flow.Protocol} {flow.HostAddress?.ToString() ?? "any"} {flow.HostPort} to {flow.PodAddress} {flow.PodPort}";

    public void Dispose()
    {
        // Nothing to close.
    }

    sealed class Unlocking(FakePorts ports) : IDisposable
    {
        public void Dispose() => ports._locks--;
    }
}
