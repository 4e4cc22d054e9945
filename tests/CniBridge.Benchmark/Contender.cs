using System.Globalization;

namespace CniBridge.Benchmark;

/// <summary>A set of plugins in the race, with its own networks.</summary>
/// <param name="Number">The number of the contender, which makes its subnets unique.</param>
/// <param name="StaysEmpty">True if its stores have no reservations in any scenario.</param>
sealed record Contender(string Name, string Key, string BinDirectory, int Number, bool StaysEmpty = false)
{
    internal string HostLocal => Path.Combine(BinDirectory, "host-local");

    internal string Bridge => Path.Combine(BinDirectory, "bridge");

    internal string PortMap => Path.Combine(BinDirectory, "portmap");

    /// <summary>The path of the operator command, which only our plugins have.</summary>
    internal string Command => Path.Combine(BinDirectory, "cni-bridge");

    /// <summary>Returns the plugin's configuration as libcni passes it on.</summary>
    internal string Configure(Scenario scenario, string dataDirectory)
    {
        var ranges = $$"""[{"subnet":"10.{{Number}}.0.0/16"}]""";
        var routes = """{"dst":"0.0.0.0/0"}""";
        if (scenario.HasIPv6)
        {
            ranges += $$""",[{"subnet":"fd00:{{Number}}::/64"}]""";
            routes += """,{"dst":"::/0"}""";
        }
        return $$$"""
            {"cniVersion":"1.0.0","name":"{{{NetworkName(scenario)}}}","type":"{{{(scenario.AddressesOnly ? "host-local" : "bridge")}}}",
            "bridge":"{{{NetworkName(scenario)}}}","isGateway":true,"ipMasq":{{{Json(scenario.Masquerade)}}},
            "macspoofchk":{{{Json(scenario.SpoofCheck)}}},"ipam":{"type":"host-local",
            "dataDir":"{{{dataDirectory}}}","stateDir":"{{{dataDirectory}}}/owners","ranges":[{{{ranges}}}],"routes":[{{{routes}}}]}}
            """;
    }

    static string Json(bool value) => value ? "true" : "false";

    /// <summary>Returns the configuration of portmap for TCP ports of the node, which all lead to port 80.</summary>
    internal string ConfigurePortMap(Scenario scenario, int first, int count)
    {
        var mappings = Enumerable.Range(first, count).Select(hostPort => string.Create(CultureInfo.InvariantCulture,
            $$"""{"hostPort":{{hostPort}},"containerPort":80,"protocol":"tcp"}"""));
        return $$$"""
            {"cniVersion":"1.0.0","name":"{{{NetworkName(scenario)}}}","type":"portmap",
            "runtimeConfig":{"portMappings":[{{{string.Join(',', mappings)}}}]}}
            """;
    }

    /// <summary>Returns the name of the network, which is also that of its bridge.</summary>
    internal string NetworkName(Scenario scenario) => $"{Key}-{scenario.Key}";

    /// <summary>Writes reservations in the format of both host-local plugins, for the first addresses of the range.</summary>
    internal void FillStore(Scenario scenario, string dataDirectory)
    {
        if (scenario.Reservations == 0 || StaysEmpty)
            return;
        var store = Directory.CreateDirectory(Path.Combine(dataDirectory, NetworkName(scenario))).FullName;
        var last = "";
        for (var i = 2; i < scenario.Reservations + 2; i++)
        {
            last = string.Create(CultureInfo.InvariantCulture, $"10.{Number}.{i >> 8}.{i & 255}");
            if (!scenario.IsNearlyFull || i != scenario.Reservations / 2)
                File.WriteAllText(Path.Combine(store, last), $"{Guid.NewGuid():N}{Guid.NewGuid():N}\r\neth0");
        }
        File.WriteAllText(Path.Combine(store, "last_reserved_ip.0"), last);
    }

    /// <summary>Returns the text that the plugin prints when it is called by hand.</summary>
    internal string About()
    {
        using var process = new PluginProcess([Bridge], ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"], "");
        process.Start();
        var outcome = process.Finish();
        return (outcome.Output + outcome.Errors).Split('\n')[0];
    }
}
