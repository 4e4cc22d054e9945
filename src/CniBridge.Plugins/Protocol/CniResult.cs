using CniBridge.Linux.Addresses;

namespace CniBridge.Plugins.Protocol;

/// <summary>What ADD reports, in the newest specification's terms; <see cref="CniResultWriter"/> knows the older shapes.</summary>
public sealed record CniResult
{
    public IReadOnlyList<CniInterface> Interfaces { get; init; } = [];
    public IReadOnlyList<CniIp> Ips { get; init; } = [];
    public IReadOnlyList<CniRoute> Routes { get; init; } = [];
    public CniDns Dns { get; init; } = new();
}

/// <param name="Mac">Lower case with colons, or empty.</param>
/// <param name="Sandbox">Path of the network namespace, or empty for the node's own.</param>
public sealed record CniInterface(string Name, string Mac, string Sandbox)
{
    public int Mtu { get; init; }
    public string SocketPath { get; init; } = "";
    public string PciId { get; init; } = "";
}

/// <param name="Interface">Index into the interfaces, or null.</param>
public sealed record CniIp(Cidr Address, IpAddress? Gateway, int? Interface);

public sealed record CniRoute(Cidr Destination, IpAddress? Gateway)
{
    public int Mtu { get; init; }
    public int AdvertisedMss { get; init; }
    public uint Priority { get; init; }
    public uint? Table { get; init; }
    public int? Scope { get; init; }
}

public sealed record CniDns
{
    public IReadOnlyList<string> Nameservers { get; init; } = [];
    public string Domain { get; init; } = "";
    public IReadOnlyList<string> Search { get; init; } = [];
    public IReadOnlyList<string> Options { get; init; } = [];

    public bool IsEmpty => Nameservers.Count + Search.Count + Options.Count == 0 && Domain.Length == 0;
}
