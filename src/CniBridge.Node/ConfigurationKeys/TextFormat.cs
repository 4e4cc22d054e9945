namespace CniBridge.Node.ConfigurationKeys;

/// <summary>The form of a text.</summary>
/// <param name="Noun">The text's kind for readers, such as "MAC address".</param>
/// <param name="Pattern">A regular expression of ECMAScript.</param>
/// <param name="Error">An editor's message about a text that does not match.</param>
sealed record TextFormat(string Noun, string Pattern, string Error)
{
    /// <summary>The name of the definition in the JSON schema; null: the pattern stands in each key.</summary>
    internal string? Definition { get; init; }

    /// <summary>A remark for readers of the JSON schema.</summary>
    internal string? Comment { get; init; }

    internal static TextFormat Version => new("version", @"^([0-9]+(\.[0-9]+){0,2})?$", "Write a version, such as 1.0.0.");

    internal static TextFormat NetworkName => new("letters, digits, `_`, `.` and `-`", "^[A-Za-z0-9][A-Za-z0-9_.-]*$",
        "A name is letters, digits and _ . - and begins with a letter or digit.");

    internal static TextFormat LinkName => new("name of a link", @"^(?!\.{1,2}$)[^/:%\s\u0000-\u001f\u007f-\u009f]+$",
        "A link's name has no / : % or white space, and is not . or ..");

    internal static TextFormat Subnet => new("CIDR", "^[0-9A-Fa-f.:]+/0*[1-9][0-9]*$",
        "Write a network and the length of its prefix, such as 10.244.1.0/24.");

    internal static TextFormat OptionalSubnet => Subnet with { Pattern = "^([0-9A-Fa-f.:]+/0*[1-9][0-9]*)?$" };

    internal static TextFormat Span => new("address, CIDR or span", "^[0-9A-Fa-f.:]+(/[0-9]+|-[0-9A-Fa-f.:]+)?$",
        "Write an address, a network such as 10.244.1.0/28, or FIRST-LAST.");

    internal static TextFormat AbsolutePath => new("absolute path", @"^(/[^\u0000]*)?$", "Write an absolute path.");

    internal static TextFormat Protocol => new("`tcp`, `udp` or `sctp`", "^([Tt][Cc][Pp]|[Uu][Dd][Pp]|[Ss][Cc][Tt][Pp])?$",
        "Write tcp, udp or sctp.");

    internal static TextFormat Network => new("CIDR", "^[0-9A-Fa-f.:]+/[0-9]+$",
        "Write a network and the length of its prefix, such as 10.244.1.0/24.")
    { Definition = "network" };

    internal static TextFormat Address => new("address", "^[0-9A-Fa-f.:]*$", "Write an address, such as 10.244.1.1.")
    {
        Definition = "address",
        Comment = "An empty address means none.",
    };

    internal static TextFormat RequestedAddress => new("address", "^[0-9A-Fa-f.:]+(/[0-9]+)?$", "Write an address, such as 10.244.1.77.")
    {
        Definition = "request",
        Comment = "A prefix length is allowed and ignored.",
    };

    internal static TextFormat Mac => new("MAC address",
        @"^(([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}|([0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2}|([0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4})?$",
        "Write a MAC address, such as 02:00:5e:00:53:01.")
    {
        Definition = "mac",
        Comment = "An empty address means none.",
    };

    internal static TextFormat Truth => new("", "^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$", "Write true or false.")
    {
        Definition = "truth",
        Comment = "libcni accepts the words, too.",
    };

    /// <summary>The formats with a definition in the JSON schema.</summary>
    internal static IReadOnlyList<TextFormat> Definitions => [Network, Address, RequestedAddress, Mac, Truth];
}
