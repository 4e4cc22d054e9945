namespace CniBridge.Linux.Nftables.Protocol;

/// <summary>The name of a chain of a table.</summary>
public sealed record ChainName(TableName Table, string Name)
{
    public string Name { get; } = NftName.Checked(Name);

    /// <summary>Returns the name in nft's notation: ip cni postrouting</summary>
    public override string ToString() => $"{Table} {Name}";
}
