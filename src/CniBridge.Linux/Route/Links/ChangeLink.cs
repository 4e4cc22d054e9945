using CniBridge.Linux.Addresses;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route.Protocol;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Route.Links;

/// <summary>ip link set dev INDEX …: changes only the properties that are set.</summary>
public sealed record ChangeLink(int Index, string Name) : INetlinkMessage
{
    /// <summary>ip link set … up or down; null: no change.</summary>
    public bool? Up { get; init; }

    /// <summary>ip link set … promisc on</summary>
    public bool Promiscuous { get; init; }

    /// <summary>ip link set … address MAC</summary>
    public MacAddress? Mac { get; init; }

    /// <summary>ip link set … master BRIDGE; 0: no change.</summary>
    public int Master { get; init; }

    /// <summary>ip link set … alias TEXT; the kernel accepts up to 255 bytes.</summary>
    public string? Alias { get; init; }

    /// <summary>ip link set … type bridge_slave SETTING on, for each of these settings</summary>
    public PortSettings PortSettings { get; init; }

    public string Operation => $"change the link {Name}";
    public ushort Type => RTM_NEWLINK;
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer)
    {
        var promiscuous = Promiscuous ? IFF_PROMISC : 0;
        writer.Struct(new InterfaceHeader
        {
            Index = Index,
            Flags = (Up == true ? IFF_UP : 0) | promiscuous,
            Change = (Up is null ? 0 : IFF_UP) | promiscuous,
        });
        if (Mac is { } mac)
            writer.Attribute(IFLA_ADDRESS, mac.ToBytes());
        if (Master > 0)
            writer.Attribute(IFLA_MASTER, Master);
        if (Alias is not null)
            writer.Attribute(IFLA_IFALIAS, Alias);
        if (PortSettings != PortSettings.None)
            WritePort(ref writer);
    }

    void WritePort(ref MessageWriter writer)
    {
        var info = writer.Begin(IFLA_LINKINFO);
        writer.Attribute(IFLA_INFO_SLAVE_KIND, "bridge"u8);
        var data = writer.Begin(IFLA_INFO_SLAVE_DATA);
        for (var rest = PortSettings; rest != PortSettings.None; rest = rest.WithoutFirst())
            writer.Attribute(rest.FirstAttribute(), (byte)1);
        writer.End(data);
        writer.End(info);
    }
}
