using CniBridge.Linux.Addresses;

namespace CniBridge.Plugins.Protocol;

/// <summary>
/// The result of an ADD in the terms of the newest specification; <see cref="CniResultWriter"/> writes the older formats.
/// </summary>
public sealed record CniResult
{
    public IReadOnlyList<CniInterface> Interfaces { get; init; } = [];
    public IReadOnlyList<CniIp> Ips { get; init; } = [];
    public IReadOnlyList<CniRoute> Routes { get; init; } = [];
    public CniDns Dns { get; init; } = new();
}

/// <summary>An interface of a result.</summary>
/// <param name="Mac">Lower case with colons, or empty.</param>
/// <param name="Sandbox">The path of the network namespace; empty for the node's own.</param>
public sealed record CniInterface(string Name, string Mac, string Sandbox)
{
    public int Mtu { get; init; }
    public string SocketPath { get; init; } = "";
    public string PciId { get; init; } = "";
}

/// <summary>An address of a result.</summary>
/// <param name="Interface">An index into the interfaces, or null.</param>
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
