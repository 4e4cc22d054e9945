using System.Text.RegularExpressions;

namespace CniBridge.Plugins.Tests.Schema;

/// <summary>The keys that the plugins read, found in the source of the reading records. Unused keys are unknown at run time.</summary>
static partial class ParserSource
{
    /// <summary>The records that read a configuration for ADD, CHECK and STATUS.</summary>
    static readonly string[] s_roots = ["HeaderJson", "BridgeJson", "HostLocalJson", "StatusJson"];

    const string PortMapRoot = "PortMapJson";

    /// <summary>
    /// The records that read a configuration for DEL, and documents that programs write: results, errors, and libcni's list for GC.
    /// </summary>
    static readonly string[] s_others = ["DeleteJson", "PreviousJson", "ErrorJson", "GarbageJson", "PluginTypesJson", "AnyPluginJson",
        PortMapRoot, "PortMapDeleteJson"];

    static readonly Dictionary<string, string> s_records = Resource.Names("Json.cs")
        .SelectMany(file => RecordPattern().Matches(Resource.Text(file)))
        .ToDictionary(match => match.Groups["name"].Value, match => match.Groups["body"].Value);

    // The previous result is an ordinary key, but programs write its content.
    internal static IReadOnlyCollection<string> Keys { get; } = [.. Find(s_roots).Append("prevResult").Order(StringComparer.Ordinal)];

    internal static IReadOnlyCollection<string> PortMapKeys { get; } = Find(PortMapRoot);

    internal static IReadOnlyCollection<string> PortMapDeleteKeys { get; } = Find("PortMapDeleteJson");

    /// <summary>The keys that libcni reads of every plugin.</summary>
    internal static IReadOnlyCollection<string> AnyPluginKeys { get; } = Find("AnyPluginJson");

    internal static IReadOnlyCollection<string> DeleteKeys { get; } = Find("DeleteJson");

    /// <summary>Records outside both lists that are not nested in one of them. They may read keys that an operator writes.</summary>
    internal static IReadOnlyCollection<string> UnknownRecords { get; } = FindUnknown();

    static SortedSet<string> FindUnknown()
    {
        var records = new SortedSet<string>(s_records.Keys, StringComparer.Ordinal);
        foreach (var root in s_roots.Concat(s_others))
            Find(root, "", [], records);
        return records;
    }

    static SortedSet<string> Find(params ReadOnlySpan<string> roots)
    {
        var keys = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var root in roots)
            Find(root, "", keys, []);
        return keys;
    }

    /// <param name="keys">The set that receives the keys of a record and of its nested records.</param>
    /// <param name="records">The set from which these records are removed.</param>
    static void Find(string record, string path, SortedSet<string> keys, SortedSet<string> records)
    {
        records.Remove(record);
        var reads = KeyPattern().Matches(s_records[record]);
        Assert.Equal(UsePattern().Count(s_records[record]), reads.Count);
        foreach (Match read in reads)
        {
            var depth = read.Groups["method"].Value switch
            {
                "GetObjectLists" => 2,
                "GetObjects" or "GetStrings" => 1,
                _ => 0,
            };
            var key = path + read.Groups["key"].Value;
            keys.Add(key);
            for (var i = 0; i < depth; i++)
                keys.Add(key += "[0]");
            if (read.Groups["record"] is { Success: true, Value: var inner })
                Find(inner, key + ".", keys, records);
        }
    }

    [GeneratedRegex(@"^sealed record (?<name>\w+)\s*^\{(?<body>.*?)^\}", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex RecordPattern();

    /// <summary>Matches a method and a key, with the record that reads the value, or a word that can replace a number.</summary>
    [GeneratedRegex("""\bkeys\.(?<method>\w+)\(\s*"(?<key>[^"]+)"(?:,\s*(?:(?<record>\w+)\.Read|(?:orWord: )?\w+))?\s*\)""")]
    private static partial Regex KeyPattern();

    [GeneratedRegex(@"\bkeys\.")]
    private static partial Regex UsePattern();
}
