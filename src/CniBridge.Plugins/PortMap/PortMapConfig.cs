using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.PortMap;

/// <summary>A portmap configuration with every check done.</summary>
sealed record PortMapConfig
{
    internal required IReadOnlyList<PortMapping> Mappings { get; init; }

    /// <summary>The pod, those on its link and 127.0.0.1 reach the ports too: their source is translated.</summary>
    internal required bool Masquerades { get; init; }

    /// <summary>The source of everybody is.</summary>
    internal required bool MasqueradesAll { get; init; }

    /// <exception cref="CniException">Code 2 for what only iptables can do, 6 for a wrong type, 7 for a wrong value.</exception>
    internal static PortMapConfig Parse(CniRequest request)
    {
        var json = CniJson.Decode(request.Config, PortMapJson.Read, "network config");
        CheckBackend(json);
        CheckMark(json);
        RefuseUnsupported(json);
        var masquerades = json.Snat != false;
        return new PortMapConfig
        {
            Mappings = ReadMappings(json.RuntimeConfig?.PortMappings),
            Masquerades = masquerades,
            MasqueradesAll = masquerades && json.MasqAll == true,
        };
    }

    /// <summary>Whichever it is, it is done in the same way: iptables are, on today's nodes, another face of nftables.</summary>
    static void CheckBackend(PortMapJson json)
    {
        if (json.Backend is not (null or "iptables" or "nftables"))
            throw CniException.InvalidConfig("backend", $"\"{json.Backend}\"", $"unrecognized backend \"{json.Backend}\"");
    }

    /// <summary>Nothing here needs a mark; a bit that is none is a mistake all the same.</summary>
    static void CheckMark(PortMapJson json)
    {
        if (json.MarkMasqBit is not null && !string.IsNullOrEmpty(json.ExternalSetMarkChain))
        {
            throw CniException.InvalidConfig("externalSetMarkChain", $"\"{json.ExternalSetMarkChain}\"",
                "Cannot specify externalSetMarkChain and markMasqBit");
        }
        if (json.MarkMasqBit is < 0 or > 31)
            throw CniException.InvalidConfig("markMasqBit", json.MarkMasqBit, "MasqMarkBit must be between 0 and 31");
    }

    /// <summary>
    /// Words of iptables, which there are none of here. To ignore them would open a port to more than the configuration says (CNI
    /// specification, error code 2: the message holds key and value).
    /// </summary>
    static void RefuseUnsupported(PortMapJson json)
    {
        Refuse("externalSetMarkChain", string.IsNullOrEmpty(json.ExternalSetMarkChain) ? [] : [json.ExternalSetMarkChain]);
        Refuse("conditionsV4", json.ConditionsV4 ?? []);
        Refuse("conditionsV6", json.ConditionsV6 ?? []);

        static void Refuse(string key, List<string?> words)
        {
            if (words.Count > 0)
                throw new CniException(CniErrorCode.UnsupportedField, $"unsupported field: {key} = {string.Join(' ', words)}");
        }
    }

    static IReadOnlyList<PortMapping> ReadMappings(List<PortMappingJson?>? list)
    {
        const string key = "runtimeConfig.portMappings";
        var mappings = new DistinctMappings();
        var index = 0;
        foreach (var mapping in CniResultReader.Each(list, key, PortMapping.Parse))
        {
            if (mappings.TryAdd(mapping, index) is { } other)
            {
                throw CniException.InvalidConfig($"{key}[{index}].hostPort", mapping.HostPort,
                    $"{mapping} is asked for twice, for container port {mapping.ContainerPort} here and " +
                    $"{other.ContainerPort} in {key}[{other.Index}]");
            }
            index++;
        }
        return mappings.Mappings;
    }
}
