using System.Globalization;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Configuration;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.HostLocal.Ranges;

/// <summary>The addresses of a subnet from start to end, both included. The gateway is never allocated.</summary>
sealed record AddressRange(Cidr Subnet, IpAddress Start, IpAddress End, IpAddress Gateway)
{
    internal bool Contains(IpAddress address) => address.Family == Start.Family && address >= Start && address <= End;

    internal bool Overlaps(AddressRange other) => Contains(other.Start) || other.Contains(Start);

    /// <summary>Validates a range in the order of the reference plugin, and fills in its defaults.</summary>
    /// <param name="key">The path of the range in the configuration.</param>
    /// <exception cref="CniException">Code 7, naming key and value.</exception>
    internal static AddressRange Parse(RangeJson json, string key)
    {
        var subnet = ParseSubnet(json.Subnet, key + ".subnet");
        var gateway = CniResultReader.ReadAddress(json.Gateway, key + ".gateway") ?? subnet.Network.Next();
        var start = CniResultReader.ReadAddress(json.RangeStart, key + ".rangeStart");
        var end = CniResultReader.ReadAddress(json.RangeEnd, key + ".rangeEnd");
        if (start is { } first && (!subnet.Contains(first) || (end is { } bound && bound.Family == first.Family && first > bound)))
            throw CniException.InvalidConfig(key + ".rangeStart", first, $"RangeStart {first} not in network {subnet}");
        if (end is { } last && !subnet.Contains(last))
            throw CniException.InvalidConfig(key + ".rangeEnd", last, $"RangeEnd {last} not in network {subnet}");
        // The last IPv4 address is the broadcast address; IPv6 has none.
        var highest = subnet.Address.IsV6 ? subnet.Last : subnet.Last.Previous();
        var range = new AddressRange(subnet, start ?? subnet.Network.Next(), end ?? highest, gateway);
        // Only one bound is configured, and it is beyond the default of the other.
        if (range.Start > range.End)
        {
            throw end is null
                ? CniException.InvalidConfig(key + ".rangeStart", start, $"RangeStart {start} not in network {subnet}")
                : CniException.InvalidConfig(key + ".rangeEnd", end, $"RangeEnd {end} not in network {subnet}");
        }
        return range;
    }

    static Cidr ParseSubnet(string? text, string key)
    {
        var subnet = CniResultReader.ReadCidr(text, key);
        // The route to it would be the default route of the pod, and with isGateway that of the node.
        if (subnet.PrefixLength == 0)
            throw CniException.InvalidConfig(key, text, "a subnet of all addresses would replace the default route: use a longer prefix");
        // The Go plugin requires two addresses besides the network address and the gateway.
        if (subnet.PrefixLength > subnet.Address.Bits - 2)
            throw CniException.InvalidConfig(key, text, $"Network {subnet} too small to allocate from");
        if (subnet.HasHostBits)
        {
            throw CniException.InvalidConfig(key, text, string.Create(CultureInfo.InvariantCulture,
                $"Network has host bits set. For a subnet mask of length {subnet.PrefixLength} " +
                $"the network address is {subnet.Network}"));
        }
        return subnet;
    }

    public override string ToString() => $"{Start}-{End}";
}
