using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Route.Protocol;
using CniBridge.Linux.XTables;

namespace CniBridge.Linux.Tests.Headers;

public sealed class StructuresTests
{
    /// <summary>Our structures that have another name in the headers.</summary>
    static readonly Dictionary<string, string> Renamed = new()
    {
        ["ifr_hwaddr_sa_data"] = "ifr_hwaddr.sa_data",

        [nameof(InterfaceHeader)] = "ifinfomsg",
        ["ifinfomsg.Family"] = "ifi_family",
        ["ifinfomsg.Padding"] = "__ifi_pad",
        ["ifinfomsg.DeviceType"] = "ifi_type",
        ["ifinfomsg.Index"] = "ifi_index",
        ["ifinfomsg.Flags"] = "ifi_flags",
        ["ifinfomsg.Change"] = "ifi_change",

        [nameof(AddressHeader)] = "ifaddrmsg",
        ["ifaddrmsg.Family"] = "ifa_family",
        ["ifaddrmsg.PrefixLength"] = "ifa_prefixlen",
        ["ifaddrmsg.Flags"] = "ifa_flags",
        ["ifaddrmsg.Scope"] = "ifa_scope",
        ["ifaddrmsg.Index"] = "ifa_index",

        [nameof(RouteHeader)] = "rtmsg",
        ["rtmsg.Family"] = "rtm_family",
        ["rtmsg.DestinationLength"] = "rtm_dst_len",
        ["rtmsg.SourceLength"] = "rtm_src_len",
        ["rtmsg.TypeOfService"] = "rtm_tos",
        ["rtmsg.Table"] = "rtm_table",
        ["rtmsg.Protocol"] = "rtm_protocol",
        ["rtmsg.Scope"] = "rtm_scope",
        ["rtmsg.RouteType"] = "rtm_type",
        ["rtmsg.Flags"] = "rtm_flags",

        [nameof(NeighbourHeader)] = "ndmsg",
        ["ndmsg.Family"] = "ndm_family",
        ["ndmsg.Padding"] = "ndm_pad1",
        ["ndmsg.Padding2"] = "ndm_pad2",
        ["ndmsg.Index"] = "ndm_ifindex",
        ["ndmsg.State"] = "ndm_state",
        ["ndmsg.Flags"] = "ndm_flags",
        ["ndmsg.NeighbourType"] = "ndm_type",

        [nameof(VlanHeader)] = "br_vlan_msg",
        ["br_vlan_msg.Family"] = "family",
        ["br_vlan_msg.Reserved"] = "reserved1",
        ["br_vlan_msg.Reserved2"] = "reserved2",
        ["br_vlan_msg.Index"] = "ifindex",

        [nameof(VlanInfo)] = "bridge_vlan_info",
        ["bridge_vlan_info.Flags"] = "flags",
        ["bridge_vlan_info.Id"] = "vid",

        [nameof(NetfilterHeader)] = "nfgenmsg",
        ["nfgenmsg.Family"] = "nfgen_family",
        ["nfgenmsg.Version"] = "version",
        ["nfgenmsg.Resource"] = "res_id",
    };

    static readonly Type[] Types =
    [
        typeof(InterfaceHeader), typeof(AddressHeader), typeof(RouteHeader), typeof(NetfilterHeader),
        typeof(NeighbourHeader), typeof(VlanHeader), typeof(VlanInfo),
        typeof(sockaddr_nl), typeof(ifreq), typeof(timeval), typeof(sock_filter), typeof(sock_fprog),
    ];

    public static MatrixTheoryData<Type, Architecture> TypesAndArchitectures => new(Types, SystemHeaders.Architectures);

    public static TheoryData<Architecture> Architectures => [.. SystemHeaders.Architectures];

    [Theory]
    [MemberData(nameof(Architectures))]
    public void An_opaque_structure_has_the_size_of_the_headers(Architecture architecture) => SystemHeaders.AssertSame(architecture,
    [
        ("sizeof(posix_spawn_file_actions_t)", Marshal.SizeOf<posix_spawn_file_actions_t>()),
        ("sizeof(posix_spawnattr_t)", Marshal.SizeOf<posix_spawnattr_t>()),
        ("_Alignof(posix_spawn_file_actions_t)", sizeof(long)),
        ("_Alignof(posix_spawnattr_t)", sizeof(long)),
    ]);

    [Theory]
    [MemberData(nameof(TypesAndArchitectures))]
    public void Every_structure_has_the_layout_of_the_headers(Type type, Architecture architecture)
    {
        var name = Renamed.GetValueOrDefault(type.Name, type.Name);
        SystemHeaders.AssertSame(architecture, Claims($"struct {name}", type, field =>
            Renamed.GetValueOrDefault(field.Name) ?? Renamed.GetValueOrDefault($"{name}.{field.Name}", field.Name)));
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Every_structure_used_from_the_package_has_the_layout_of_the_headers(Architecture architecture)
    {
        var types = LibCPackage.UsedTypes(architecture).ToList();
        Assert.Empty(new[] { "pollfd", "statx", "timespec", "sigset_t", "size_t" }.Except(types.Select(type => type.Name)));
        Assert.All(types, type => SystemHeaders.AssertSame(architecture, Claims(LibCPackage.CNameOf(type), type, LibCPackage.CNameOf)));
    }

    /// <summary>Returns the size, and offset and size of each field with a name in C.</summary>
    static IEnumerable<(string, long)> Claims(string name, Type type, Func<FieldInfo, string?> memberOf)
    {
        yield return ($"sizeof({name})", Marshal.SizeOf(type));
        foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
        {
            if (memberOf(field) is not { } member)
                continue;
            yield return ($"offsetof({name}, {member})", Marshal.OffsetOf(type, field.Name));
            yield return ($"sizeof((({name} *)0)->{member})", SizeOf(field));
        }
    }

    static int SizeOf(FieldInfo field) => field.GetCustomAttribute<FixedBufferAttribute>() is { } array
        ? array.Length * Marshal.SizeOf(array.ElementType)
        : Marshal.SizeOf(field.FieldType);

    // struct rtnexthop is read by hand.
    [Theory]
    [MemberData(nameof(Architectures))]
    public void A_next_hop_has_a_header_of_eight_bytes_with_its_length_first(Architecture architecture) =>
        SystemHeaders.AssertSame(architecture,
    [
        ("sizeof(struct rtnexthop)", 8),
        ("offsetof(struct rtnexthop, rtnh_len)", 0),
        ("sizeof(((struct rtnexthop *)0)->rtnh_len)", 2),
        ("RTNH_ALIGNTO", 4),
    ]);

    // Entries of iptables are read by hand as well.
    [Theory]
    [MemberData(nameof(Architectures))]
    public void Structures_of_iptables_have_the_layout_of_the_headers(Architecture architecture) => SystemHeaders.AssertSame(architecture,
    [
        ("sizeof(struct ipt_getinfo)", XTable.InfoSize),
        ("offsetof(struct ipt_getinfo, valid_hooks)", 32),
        ("offsetof(struct ipt_getinfo, hook_entry)", 36),
        ("offsetof(struct ipt_getinfo, underflow)", 56),
        ("offsetof(struct ipt_getinfo, size)", XTable.SizeOffset),
        ("sizeof(struct ip6t_getinfo)", XTable.InfoSize),
        ("offsetof(struct ipt_get_entries, entrytable)", 40),
        ("offsetof(struct ip6t_get_entries, entrytable)", 40),
        ("sizeof(struct xt_entry_target)", 32),
        ("sizeof(struct xt_entry_match)", 32),
        ("offsetof(struct xt_entry_match, u.user.name)", 2),
        ("offsetof(struct xt_entry_match, u.user.revision)", 31),
        ("offsetof(struct xt_entry_target, u.user.revision)", 31),
        ("offsetof(struct xt_standard_target, verdict)", 32),
        ("offsetof(struct xt_error_target, errorname)", 32),
        ("offsetof(struct ipt_entry, ip.src)", 0),
        ("offsetof(struct ipt_entry, ip.dst)", EntryLayout.V4.AddressSize),
        ("offsetof(struct ipt_entry, ip.smsk)", 2 * EntryLayout.V4.AddressSize),
        ("offsetof(struct ipt_entry, ip.dmsk)", 3 * EntryLayout.V4.AddressSize),
        ("offsetof(struct ipt_entry, ip.iniface)", EntryLayout.V4.Names),
        ("offsetof(struct ipt_entry, ip.outiface)", EntryLayout.V4.Names + EntryLayout.NameSize),
        ("offsetof(struct ipt_entry, ip.iniface_mask)", EntryLayout.V4.Names + (2 * EntryLayout.NameSize)),
        ("offsetof(struct ipt_entry, ip.outiface_mask)", EntryLayout.V4.Names + (3 * EntryLayout.NameSize)),
        ("offsetof(struct ipt_entry, ip.proto)", EntryLayout.V4.Protocol),
        ("offsetof(struct ipt_entry, ip.flags)", EntryLayout.V4.InvertFlags - 1),
        ("offsetof(struct ipt_entry, ip.invflags)", EntryLayout.V4.InvertFlags),
        ("offsetof(struct ipt_entry, target_offset)", EntryLayout.V4.TargetOffset),
        ("offsetof(struct ipt_entry, next_offset)", EntryLayout.V4.TargetOffset + 2),
        ("sizeof(struct ipt_entry)", EntryLayout.V4.HeaderSize),
        ("offsetof(struct ip6t_entry, ipv6.src)", 0),
        ("offsetof(struct ip6t_entry, ipv6.dst)", EntryLayout.V6.AddressSize),
        ("offsetof(struct ip6t_entry, ipv6.smsk)", 2 * EntryLayout.V6.AddressSize),
        ("offsetof(struct ip6t_entry, ipv6.dmsk)", 3 * EntryLayout.V6.AddressSize),
        ("offsetof(struct ip6t_entry, ipv6.iniface)", EntryLayout.V6.Names),
        ("offsetof(struct ip6t_entry, ipv6.outiface)", EntryLayout.V6.Names + EntryLayout.NameSize),
        ("offsetof(struct ip6t_entry, ipv6.iniface_mask)", EntryLayout.V6.Names + (2 * EntryLayout.NameSize)),
        ("offsetof(struct ip6t_entry, ipv6.outiface_mask)", EntryLayout.V6.Names + (3 * EntryLayout.NameSize)),
        ("offsetof(struct ip6t_entry, ipv6.proto)", EntryLayout.V6.Protocol),
        ("offsetof(struct ip6t_entry, ipv6.flags)", EntryLayout.V6.InvertFlags - 1),
        ("offsetof(struct ip6t_entry, ipv6.invflags)", EntryLayout.V6.InvertFlags),
        ("offsetof(struct ip6t_entry, target_offset)", EntryLayout.V6.TargetOffset),
        ("sizeof(struct ip6t_entry)", EntryLayout.V6.HeaderSize),
    ]);

    // struct nlmsgerr is read by hand too.
    [Theory]
    [MemberData(nameof(Architectures))]
    public void An_acknowledgement_contains_an_error_number_and_the_header_of_the_request(Architecture architecture) =>
        SystemHeaders.AssertSame(architecture,
    [
        ("sizeof(struct nlmsgerr)", 20),
        ("offsetof(struct nlmsgerr, error)", 0),
        ("offsetof(struct nlmsgerr, msg)", 4),
        ("offsetof(struct nlmsghdr, nlmsg_len)", 0),
        ("offsetof(struct nlmsghdr, nlmsg_type)", 4),
        ("offsetof(struct nlmsghdr, nlmsg_flags)", 6),
        ("offsetof(struct nlmsghdr, nlmsg_seq)", 8),
        ("offsetof(struct nlattr, nla_type)", 2),
    ]);
}
