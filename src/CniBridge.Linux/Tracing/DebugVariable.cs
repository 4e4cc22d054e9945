using CniBridge.Linux.Files;

namespace CniBridge.Linux.Tracing;

/// <summary>
/// The environment variable CNI_BRIDGE_DEBUG: a list of topics, separated by commas, that the program reports on standard error. The
/// only topic is "netlink": all netlink messages of the process.
/// </summary>
public static class DebugVariable
{
    internal const string Name = "CNI_BRIDGE_DEBUG";

    /// <summary>Starts the reports of the variable's topics. An unknown topic causes a warning, because it must not fail a call.</summary>
    public static void Apply()
    {
        if (Environment.GetEnvironmentVariable(Name) is { Length: > 0 } topics)
            Apply(topics.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    }

    static void Apply(string[] topics)
    {
        var log = new TextLog(DescriptorStream.StandardError);
        foreach (var topic in topics)
        {
            if (topic == "netlink")
                NetlinkTrace.Start(log);
            else
                log.WriteLine($"invalid {Name} \"{topic}\": use \"netlink\"");
        }
    }
}
