using System.Globalization;
using System.Text.RegularExpressions;

namespace CniBridge.Lab.Captures;

/// <summary>The enumerations of the kernel's headers: names of messages and attributes by their numbers.</summary>
static partial class KernelHeaders
{
    const string Directory = "/usr/include/linux";

    static readonly string[] Files =
    [
        "netlink.h", "rtnetlink.h", "if_link.h", "if_addr.h", "if_bridge.h", "neighbour.h", "veth.h", "net_namespace.h",
        "netfilter/nfnetlink.h", "netfilter/nf_tables.h", "netfilter/nf_tables_compat.h", "netfilter/nfnetlink_conntrack.h",
    ];

    static readonly Lazy<Dictionary<string, Dictionary<int, string>>> ByMember = new(Load);

    /// <summary>Returns the names of the enumeration that contains a member, by their numbers; null if there is none.</summary>
    public static IReadOnlyDictionary<int, string>? Find(string member) => ByMember.Value.GetValueOrDefault(member);

    static Dictionary<string, Dictionary<int, string>> Load()
    {
        var enumerations = new Dictionary<string, Dictionary<int, string>>();
        foreach (var file in Files.Select(file => Path.Combine(Directory, file)))
        {
            if (!File.Exists(file))
            {
                throw new LabException($"there is no {file}: install linux-libc-dev");
            }

            var text = Ignored().Replace(File.ReadAllText(file), "");
            foreach (Match enumeration in Enumeration().Matches(text))
            {
                AddTo(enumerations, enumeration.Groups["members"].Value);
            }
        }

        return enumerations;
    }

    static void AddTo(Dictionary<string, Dictionary<int, string>> enumerations, string members)
    {
        var names = new Dictionary<int, string>();
        var values = new Dictionary<string, int>();
        var next = 0;
        foreach (Match member in Member().Matches(members))
        {
            var name = member.Groups["name"].Value;
            var value = member.Groups["value"].Value.Trim();
            var number = value.Length == 0 ? next : TryParse(value) ?? values.GetValueOrDefault(value, int.MinValue);
            if (number == int.MinValue)
            {
                return;
            }

            values[name] = number;
            next = number + 1;
            // The last name of a number counts: RTM_BASE has the number of RTM_NEWLINK.
            if (!name.StartsWith("__", StringComparison.Ordinal))
            {
                names[number] = name;
                enumerations.TryAdd(name, names);
            }
        }
    }

    static int? TryParse(string value)
    {
        var isHex = value.StartsWith("0x", StringComparison.Ordinal);
        return int.TryParse(isHex ? value[2..] : value, isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
    }

    /// <summary>Matches comments and lines of the preprocessor.</summary>
    [GeneratedRegex(@"/\*[\s\S]*?\*/|^[ \t]*#(?:[^\n]*\\\n)*[^\n]*$", RegexOptions.Multiline)]
    private static partial Regex Ignored();

    [GeneratedRegex(@"enum\s*\w*\s*\{(?<members>[^}]*)\}")]
    private static partial Regex Enumeration();

    [GeneratedRegex(@"(?<name>\w+)\s*(?:=(?<value>[^,]*))?(?:,|\s*\z)")]
    private static partial Regex Member();
}
