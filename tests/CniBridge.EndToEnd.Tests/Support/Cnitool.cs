using System.Text.Json;

namespace CniBridge.EndToEnd.Tests.Support;

/// <summary>libcni as runtimes use it: the installed cnitool, or our own small program around libcni.</summary>
static class Cnitool
{
    const string LibraryPath = "/usr/share/gocode";

    public static string ProgramPath => InstalledPrograms.Find("cnitool") ?? Build();

    /// <summary>Runs one command of cnitool on a network of /etc/cni/net.d in the node.</summary>
    public static CommandResult Run(
        ScratchNode node,
        string command,
        string network,
        string networkNamespace,
        params (string Name, string Value)[] settings)
    {
        var environment = settings.ToDictionary(setting => setting.Name, setting => setting.Value);
        environment["NETCONFPATH"] = "/etc/cni/net.d";
        environment["CNI_PATH"] = PluginDirectory.UnderTest;
        return node.Run(ProgramPath, [command, network, networkNamespace], "", environment);
    }

    public static JsonElement Add(
        ScratchNode node,
        string network,
        string networkNamespace,
        params (string Name, string Value)[] settings) =>
        Run(node, "add", network, networkNamespace, settings).Succeeded().Json;

    static string Build()
    {
        Requirement.Programs("go");
        Requirement.Directory(
            Path.Combine(LibraryPath, "src/github.com/containernetworking/cni/libcni"), "the source of libcni");
        var root = PluginDirectory.RepositoryRoot;
        var source = Path.Combine(root, "tests/CniBridge.EndToEnd.Tests/libcni/main.go");
        var program = Path.Combine(root, "artifacts/libcni/cnitool");
        if (!File.Exists(program) || File.GetLastWriteTimeUtc(program) < File.GetLastWriteTimeUtc(source))
        {
            // Without modules, Go uses only the installed library and never the network.
            var environment = new Dictionary<string, string>
            {
                ["GO111MODULE"] = "off",
                ["GOPATH"] = LibraryPath,
                ["GOCACHE"] = Path.Combine(root, "artifacts/libcni/cache"),
                ["CGO_ENABLED"] = "0",
            };
            using var compiler = new RunningProcess("go", ["build", "-o", program, source], environment);
            compiler.WaitForExit(TimeSpan.FromMinutes(5)).Succeeded();
        }

        return program;
    }
}
