using CniBridge.Plugins.Configuration;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.PortMap;

/// <summary>The validated configuration of portmap.</summary>
sealed record PortMapConfig
{
    internal required IReadOnlyList<PortMapping> Mappings { get; init; }

    /// <summary>True: masquerade the pod itself, senders on its link and 127.0.0.1, so that they reach the ports too.</summary>
    internal required bool Masquerades { get; init; }

    /// <summary>True: masquerade all senders.</summary>
    internal required bool MasqueradesAll { get; init; }

    /// <summary>Reads and validates the configuration.</summary>
    /// <exception cref="CniException">Code 2 for options that only iptables supports, 6 for a wrong type, 7 for a wrong value.</exception>
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

    /// <summary>Checks the backend. Every one leads to nftables, because iptables of current nodes uses it too.</summary>
    static void CheckBackend(PortMapJson json)
    {
        if (json.Backend is not (null or "iptables" or "nftables"))
            throw CniException.InvalidConfig("backend", $"\"{json.Backend}\"", $"unrecognized backend \"{json.Backend}\"");
    }

    /// <summary>Checks the mark bit. It is not used here, but a wrong value is a mistake.</summary>
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
    /// Refuses conditions in the language of iptables. Ignoring them would open a port to more than the configuration allows (CNI
    /// specification, error code 2: the message contains key and value).
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
