namespace CniBridge.Lab.Programs;

/// <summary>The published agent. A missing or outdated publication is a failure, not a skip.</summary>
static class AgentProgram
{
    public const string Name = "cni-bridge-agent";

    static readonly Lazy<string> s_directory = new(Find);

    /// <summary>The directory that contains only the agent.</summary>
    public static string Directory => s_directory.Value;

    /// <summary>The path of the agent for this machine.</summary>
    public static string Path => System.IO.Path.Combine(Directory, Name);

    static string Find() => Environment.GetEnvironmentVariable("CNI_BRIDGE_AGENT_BIN") is { Length: > 0 } given
        ? System.IO.Path.GetFullPath(given)
        : Publication.Find("agent", Name, "CniBridge", "scripts/build");
}
