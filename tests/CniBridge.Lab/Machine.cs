using System.Text.Json;

namespace CniBridge.Lab;

/// <summary>A machine of the lab. The transcript shows the commands that are typed on it.</summary>
class Machine : IDisposable
{
    static readonly Dictionary<string, string> Variables = new()
    {
        ["PATH"] = $"/opt/cni/bin:{AgentProgram.Directory}:{InstalledPrograms.SearchPath}",
    };

    readonly Transcript transcript;
    readonly List<RunningProcess> daemons = [];

    public Machine(string name, Transcript transcript)
    {
        Name = name;
        this.transcript = transcript;
        Node = new ScratchNode(name);
        Node.Bind(PluginDirectory.UnderTest, "/opt/cni/bin");
    }

    public string Name { get; }

    public ScratchNode Node { get; }

    /// <summary>Runs lines of the shell as an operator would, and shows their output.</summary>
    public CommandResult Type(string lines)
    {
        foreach (var line in lines.Split('\n'))
            transcript.Command(Name, line);
        var result = Node.Run("sh", ["-ec", lines], "", Variables).Succeeded();
        transcript.Output(result.Stdout);
        return result;
    }

    /// <summary>Runs lines of the shell without showing them.</summary>
    public CommandResult Prepare(string lines) => Node.Run("sh", ["-ec", lines], "", Variables).Succeeded();

    /// <summary>Writes a file if its content differs. A reader never sees a partial file.</summary>
    public void WriteFile(string path, string content)
    {
        var outside = Node.FromOutside(path);
        if (File.Exists(outside) && File.ReadAllText(outside) == content)
            return;
        Node.WriteFile($"{path}.new", content);
        File.Move($"{outside}.new", outside, overwrite: true);
        transcript.Command(Name, $"cat {path}");
        transcript.Output(content);
    }

    /// <summary>Starts a daemon that ends with the machine.</summary>
    public RunningProcess Start(string commandLine)
    {
        transcript.Command(Name, $"{commandLine} &");
        // exec makes the daemon itself receive signals.
        var daemon = Node.Start("sh", ["-c", $"exec {commandLine}"], Variables);
        daemons.Add(daemon);
        return daemon;
    }

    /// <summary>The output of all daemons, for the message of a failure.</summary>
    public string DaemonOutput => string.Concat(daemons.Select(daemon => $"{Name}:\n{daemon.Output}\n"));

    /// <summary>Returns the routes of both main tables, as the kernel lists them.</summary>
    public IReadOnlyList<JsonElement> Routes() =>
        [.. new[] { "-4", "-6" }.SelectMany(family => Node.Run("ip", family, "-j", "route").Succeeded().Json.EnumerateArray())];

    public void Dispose()
    {
        Node.Dispose();
        foreach (var daemon in daemons)
            daemon.Dispose();
    }
}
