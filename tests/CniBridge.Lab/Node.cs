using System.Text;
using System.Text.Json;

namespace CniBridge.Lab;

/// <summary>A machine of its own from the view of plugins, on this machine or in a virtual one.</summary>
abstract class Node
{
    /// <summary>An empty directory in memory that only this node has.</summary>
    public const string Directory = "/run/node";

    /// <summary>Runs a program in the node and gives it its whole input.</summary>
    public abstract CommandResult Run(
        string program,
        IEnumerable<string> arguments,
        string input,
        IReadOnlyDictionary<string, string>? environment = null);

    public abstract void WriteFile(string path, byte[] content);

    public void WriteFile(string path, string content) => WriteFile(path, Encoding.UTF8.GetBytes(content));

    public CommandResult Run(string program, params string[] arguments) => Run(program, arguments, "");

    /// <summary>Creates a network namespace in the node and returns its path.</summary>
    public string AddPod(string name)
    {
        Run("ip", "netns", "add", name).Succeeded();
        return $"/run/netns/{name}";
    }

    public CommandResult InPod(string name, string program, params string[] arguments) =>
        Run("ip", ["netns", "exec", name, program, .. arguments]);

    public JsonElement IpJson(params string[] arguments) =>
        Run("ip", ["-j", "-d", .. arguments]).Succeeded().Json;

    public JsonElement IpJsonInPod(string pod, params string[] arguments) =>
        Run("ip", ["-n", pod, "-j", "-d", .. arguments]).Succeeded().Json;

    /// <summary>
    /// Returns the paths of the files in a directory and below it, relative to it. Empty if the directory does not exist.
    /// </summary>
    public IReadOnlyList<string> Files(string directory)
    {
        var found = Run("sh", "-c", "cd \"$1\" 2> /dev/null || exit 0; find . ! -type d", "sh", directory).Succeeded();
        return [.. found.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line[2..]).Order(StringComparer.Ordinal)];
    }
}
