namespace CniBridge.Linux.Addresses;

/// <summary>Tests and conversions of address families.</summary>
public static class AddressFamilies
{
#pragma warning disable CA1034 // The rule takes an extension block for a nested type.
    extension(AddressFamily family)
    {
        /// <summary>True for IPv6.</summary>
        public bool IsV6 => family == AddressFamily.IPv6;
    }
#pragma warning restore CA1034

    /// <summary>IPv4 and IPv6, in this order.</summary>
    public static ReadOnlySpan<AddressFamily> All => [AddressFamily.IPv4, AddressFamily.IPv6];

    /// <summary>Returns the family that a flag stands for.</summary>
    public static AddressFamily From(bool isV6) => isV6 ? AddressFamily.IPv6 : AddressFamily.IPv4;
}
