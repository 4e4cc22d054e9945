namespace CniBridge.Linux.Nftables.Protocol;

/// <summary>The name of a set or map of a table.</summary>
public sealed record SetName(TableName Table, string Name)
{
    public string Name { get; } = NftName.Checked(Name);

    /// <summary>Returns the name in nft's notation: ip cni pods</summary>
    public override string ToString() => $"{Table} {Name}";
}
