namespace CniBridge.Lab;

/// <summary>The families in which nodes and pods have addresses.</summary>
[Flags]
enum Families
{
    V4 = 1,
    V6 = 2,
    Dual = V4 | V6,
}

static class EachFamily
{
    /// <summary>Returns for each family whether it is IPv6.</summary>
    public static IEnumerable<bool> Each(this Families families) =>
        new[] { false, true }.Where(isV6 => families.HasFlag(isV6 ? Families.V6 : Families.V4));

    public static bool IsV6(string address) => address.Contains(':', StringComparison.Ordinal);
}
