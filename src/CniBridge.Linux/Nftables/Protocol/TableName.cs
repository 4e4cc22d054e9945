namespace CniBridge.Linux.Nftables.Protocol;

/// <summary>The name of a table, unique within its family.</summary>
public sealed record TableName(TableFamily Family, string Name)
{
    public string Name { get; } = NftName.Checked(Name);

    public ChainName Chain(string name) => new(this, name);

    public SetName Set(string name) => new(this, name);

    /// <summary>Returns the name in nft's notation: ip cni</summary>
    public override string ToString() => Word + Name;

    string Word => Family switch
    {
        TableFamily.Inet => "inet ",
        TableFamily.IPv4 => "ip ",
        TableFamily.IPv6 => "ip6 ",
        TableFamily.Bridge => "bridge ",
        _ => "",
    };
}
