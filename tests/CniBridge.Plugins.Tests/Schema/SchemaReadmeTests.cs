using System.Text.RegularExpressions;

namespace CniBridge.Plugins.Tests.Schema;

/// <summary>README's tables and the schema tell of the same keys and the same defaults.</summary>
public sealed partial class SchemaReadmeTests
{
    /// <summary>Every network's, the runtime's, and objects whose keys are in the tables themselves or in one cell.</summary>
    static readonly string[] s_untold =
        ["cniVersion", "name", "prevResult", "args", "args.cni", "runtimeConfig", "capabilities", "capabilities.ipRanges", "ipam.type"];

    /// <summary>Key and default of each row; of several keys in a row each.</summary>
    static Dictionary<string, string> Told { get; } = Rows("### bridge", "").Concat(Rows("### host-local", "ipam.")).ToDictionary();

    static IEnumerable<KeyValuePair<string, string>> Rows(string heading, string path)
    {
        var section = Resource.Text("README.md").Split(heading)[1].Split("\n#")[0];
        return RowPattern().Matches(section).SelectMany(row => KeyPattern().Matches(row.Groups["keys"].Value)
            .Select(key => KeyValuePair.Create(PathOf(path, key.Groups[1].Value), row.Groups["default"].Value.Trim())));
    }

    static string PathOf(string path, string key) => key.Contains('.', StringComparison.Ordinal) ? key : path + key;

    [Fact]
    public void The_keys_are_the_same() => Assert.Equal(
        SchemaFile.PluginKeys.Keys.Where(key => IsATablesMatter(key) && !s_untold.Contains(key)).Order(StringComparer.Ordinal),
        Told.Keys.Order(StringComparer.Ordinal));

    // What is in dns and in a route stands in one cell; what is in a range stands with the old style's keys.
    static bool IsATablesMatter(string key) =>
        !key.Contains('[', StringComparison.Ordinal) && !key.StartsWith("dns.", StringComparison.Ordinal);

    public static TheoryData<string, string> Defaults => [.. Told
        .Where(row => row.Value is "false" or ['`', ..]).Select(row => (row.Key, row.Value.Trim('`')))];

    [Theory]
    [MemberData(nameof(Defaults))]
    public void A_default_that_is_a_value_is_the_same(string key, string value) =>
        Assert.Equal(value, SchemaFile.PluginKeys[key]["default"]?.ToString());

    /// <summary>A key begins small: MAC and IP are of CNI_ARGS.</summary>
    [GeneratedRegex("`([a-z][A-Za-z.]*)`")]
    private static partial Regex KeyPattern();

    [GeneratedRegex(@"^\|(?<keys>[^|]*`[^|]*)\|[^|]*\|(?<default>[^|]*)\|", RegexOptions.Multiline)]
    private static partial Regex RowPattern();
}
