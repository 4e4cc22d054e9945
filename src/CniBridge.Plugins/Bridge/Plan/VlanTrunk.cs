using CniBridge.Plugins.Configuration;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Bridge.Plan;

/// <summary>A range of VLANs, both ends included.</summary>
sealed record VlanRange(int First, int Last);

/// <summary>The key vlanTrunk: VLANs that pass a port with their tags.</summary>
static class VlanTrunk
{
    /// <summary>The limits of a VLAN ID (IEEE 802.1Q: twelve bits, all zeros and all ones reserved).</summary>
    const int MinId = 1, MaxId = 4094;

    /// <returns>The union of all items in ascending order, with gaps between the ranges.</returns>
    /// <exception cref="CniException">Code 7, with the text of the reference plugin.</exception>
    internal static IReadOnlyList<VlanRange> Parse(List<VlanTrunkJson?>? json)
    {
        var ranges = new List<VlanRange>();
        foreach (var item in CniResultReader.Each(json, "vlanTrunk", Parse))
            ranges.AddRange(item);
        if (ranges.Count == 0)
            return [];
        return Join(ranges);
    }

    static List<VlanRange> Parse(VlanTrunkJson json, string key)
    {
        var ranges = new List<VlanRange>();
        if (json.MinId is { } min && json.MaxId is { } max)
        {
            CheckId(min, key + ".minID", "incorrect trunk minID parameter");
            CheckId(max, key + ".maxID", "incorrect trunk maxID parameter");
            if (max < min)
                throw CniException.InvalidConfig(key + ".minID", min, "minID is greater than maxID in trunk parameter");
            ranges.Add(new VlanRange(min, max));
        }
        else if (json.MinId is not null || json.MaxId is not null)
        {
            var missing = json.MinId is null ? "minID" : "maxID";
            throw CniException.InvalidConfig(
                $"{key}.{missing}", null, $"minID and maxID should be configured simultaneously, {missing} is missing");
        }
        if (json.Id is { } id)
        {
            CheckId(id, key + ".id", "incorrect trunk id parameter");
            ranges.Add(new VlanRange(id, id));
        }
        return ranges;
    }

    static void CheckId(int id, string key, string why)
    {
        if (id is < MinId or > MaxId)
            throw CniException.InvalidConfig(key, id, why);
    }

    static List<VlanRange> Join(List<VlanRange> ranges)
    {
        var joined = new List<VlanRange>();
        foreach (var range in ranges.OrderBy(range => range.First))
        {
            if (joined.LastOrDefault() is { } last && range.First <= last.Last + 1)
                joined[^1] = last with { Last = Math.Max(last.Last, range.Last) };
            else
                joined.Add(range);
        }
        return joined;
    }
}
