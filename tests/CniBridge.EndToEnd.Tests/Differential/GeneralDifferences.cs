namespace CniBridge.EndToEnd.Tests.Differential;

/// <summary>Differences that may occur in every scenario.</summary>
static class GeneralDifferences
{
    const string Queues = "ours asks for one queue; for Go's pairs the kernel makes one per processor";
    const string Length = "Debian's Go plugins ask for a transmit queue of length 0, newer ones and ours for nothing";
    const string Modes = "Debian's Go plugins let everyone read the store; newer ones and ours do not";
    const string Dns = "Debian's Go plugins print an empty dns in every version, newer ones and ours before 1.0.0 only";
    const string Keep = "newer Go plugins and ours let IPv6 addresses survive that the link is down";

    const string Announced = "differences.md: an address that another pod had a moment ago";

    public static IReadOnlyList<Difference> Table { get; } =
    [
        new("*/link/num_tx_queues", "*", "1", Queues),
        new("*/link/num_rx_queues", "*", "1", Queues),
        new("*/link/txqlen", null, "1000", Length),
        new("files/*/* mode", "644", "600", Modes),
        new("result/dns", "{}", null, Dns),
        new("pod */sysctl/ipv6 keep_addr_on_down", "0", "1", Keep),
        new("pod */sysctl/ipv6 ndisc_notify", "0", "1", Announced),
    ];
}
