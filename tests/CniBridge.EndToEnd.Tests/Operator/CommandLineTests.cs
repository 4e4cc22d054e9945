using System.Reflection;
using System.Text.RegularExpressions;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Operator;

/// <summary>Tests of common properties of operator commands: help, reference, completion, colours.</summary>
public sealed partial class CommandLineTests
{
    static string Program => Path.Combine(PluginDirectory.UnderTest, "cni-bridge");

    static string Resource(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    static CommandResult Run(string program, params string[] arguments)
    {
        using var process = new RunningProcess(program, arguments);
        process.FinishInput();
        return process.WaitForExit();
    }

    // To regenerate a file: cni-bridge reference FORMAT > FILE
    [Theory]
    [InlineData("markdown", "commands.md")]
    [InlineData("man", "cni-bridge.8")]
    [InlineData("configuration", "configuration.md")]
    [InlineData("schema", "cni-bridge.schema.json")]
    public void The_reference_lists_all_commands_and_options(string format, string file) =>
        Assert.Equal(Resource(file), Run(Program, "reference", format).Succeeded().Stdout);

    // A unit or a manifest may still use it with removed options.
    [Fact]
    public void The_former_command_agent_names_the_program_that_replaces_it()
    {
        var result = Run(Program, "agent", "--kubernetes", "--kubectl=/kubectl", "--conflist");

        Assert.Equal(
            (1, "cni-bridge: the agent is now a program of its own: start cni-bridge-agent instead\n" +
                "cni-bridge: replace --kubernetes with --kubeconfig FILE and --metrics with --listen; remove --kubectl; " +
                "give nodes files with --nodes\n"),
            (result.ExitCode, result.Stderr));
    }

    [Fact]
    public void The_manual_page_has_no_errors_of_groff()
    {
        Requirement.Programs("groff");
        var path = Path.GetTempFileName();
        File.WriteAllText(path, Resource("cni-bridge.8"));
        var result = Run("groff", "-man", "-Tutf8", "-ww", "-z", path).Succeeded();
        File.Delete(path);
        Assert.Empty(result.Stderr);
    }

    public static TheoryData<string> Commands => [.. Sections().Select(section => section.Words)];

    static IEnumerable<(string Words, string Text)> Sections() =>
        Resource("commands.md").Split("\n## ")[1..].Select(section => (section.Split('\n')[0], section));

    [Theory]
    [MemberData(nameof(Commands))]
    public void The_examples_in_the_help_of_a_command_are_valid(string words)
    {
        var section = Sections().Single(section => section.Words == words).Text;
        var help = Run(Program, [.. words.Split(' '), "--help"]).Succeeded().Stdout;
        var examples = help.Split("Examples:\n")[1].Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0).ToArray();
        Assert.NotEmpty(examples);
        Assert.All(examples, example =>
        {
            Assert.Contains(example, section, StringComparison.Ordinal);
            Assert.Contains($"cni-bridge {words}", example, StringComparison.Ordinal);
            foreach (var option in OptionPattern().Matches(example).Select(match => match.Value))
                Assert.Contains($"{option}`", section, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_shell_completes_commands_and_options()
    {
        Requirement.Programs("bash");
        Assert.Equal(["leaks", "list"], Complete("cni-bridge ipam l").Split(' ').Order());
        Assert.Equal("--timing", Complete("cni-bridge log --t"));
        Assert.Equal("json", Complete("cni-bridge log --output js"));
        Assert.Equal(1, Run(Program, "completion", "tcsh").ExitCode);
        Assert.StartsWith("#compdef cni-bridge", Run(Program, "completion", "zsh").Succeeded().Stdout, StringComparison.Ordinal);
        Assert.Contains("complete -c cni-bridge", Run(Program, "completion", "fish").Succeeded().Stdout, StringComparison.Ordinal);

        static string Complete(string line)
        {
            var words = line.Split(' ');
            var script = $"""
                PATH={Shell.Quote(PluginDirectory.UnderTest)}:$PATH
                source <(cni-bridge completion bash)
                COMP_LINE='{line}' COMP_POINT={line.Length} COMP_WORDS=({line}) COMP_CWORD={words.Length - 1}
                _cni_bridge
                echo "${"{COMPREPLY[*]}"}"
                """;
            return Run("bash", "-c", script).Succeeded().Stdout.Trim();
        }
    }

    [Theory]
    [InlineData("TERM=xterm", true)]
    [InlineData("TERM=xterm NO_COLOR=1", false)]
    [InlineData("TERM=dumb", false)]
    public void Colours_are_used_only_on_terminals_that_allow_them(string environment, bool areThere)
    {
        Requirement.Programs("script");
        using var node = new ScratchNode();
        var shown = node.Run("env", [.. environment.Split(' '), "script", "-qec", $"{Shell.Quote(Program)} show", "/dev/null"])
            .Succeeded().Stdout;
        Assert.Equal(areThere, shown.Contains("\u001b[1m", StringComparison.Ordinal));
        Assert.DoesNotContain("\u001b", node.Run("env", "TERM=xterm", Program, "show").Succeeded().Stdout, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TERM=xterm", true)]
    [InlineData("TERM=xterm NO_COLOR=1", false)]
    [InlineData("TERM=dumb", false)]
    public void The_demo_uses_colours_under_the_same_conditions(string environment, bool areThere)
    {
        Requirement.Programs("script", "bash");
        var lines = File.ReadAllLines(Path.Combine(PluginDirectory.RepositoryRoot, "scripts/demo"));
        var start = Array.FindIndex(lines, line => line.StartsWith("bold=", StringComparison.Ordinal));
        var path = Path.GetTempFileName();
        File.WriteAllText(path, $"set -eu\n{string.Join('\n', lines[start..(start + 3)])}\nsay title\n");
        var shown = Run("env", [.. environment.Split(' '), "script", "-qec", $"bash {path}", "/dev/null"]).Succeeded().Stdout;
        var piped = Run("env", "TERM=xterm", "bash", path).Succeeded().Stdout;
        File.Delete(path);
        Assert.Equal(areThere, shown.Contains("\u001b[1m# title\u001b[0m", StringComparison.Ordinal));
        Assert.Equal("\n# title\n", piped);
    }

    [Theory]
    [InlineData("", "a command is missing: add, del, check, ", "")]
    [InlineData("nonsense", "unknown command \"nonsense\"", "")]
    [InlineData("dctor", "unknown command \"dctor\": did you mean doctor?", "")]
    [InlineData("ipam lst", "unknown command \"lst\": did you mean list?", "ipam")]
    [InlineData("ipam", "a command is missing: list, show, leaks, gc, release, rebuild", "ipam")]
    [InlineData("ipam show", "Required argument 'address' missing for command: 'show'", "ipam show")]
    [InlineData("--wings", "unknown option \"--wings\"", "")]
    [InlineData("log --fialed", "unknown option \"--fialed\": did you mean --failed?", "log")]
    [InlineData("log --last many", "invalid --last \"many\": use a number from 0 to 2147483647", "log")]
    [InlineData("log --last -5", "invalid --last \"-5\": use a number from 0 to 2147483647", "log")]
    [InlineData("log --last 99999999999", "invalid --last \"99999999999\": use a number from 0 to 2147483647", "log")]
    [InlineData("log --last", "Required argument missing for option: '--last'", "log")]
    [InlineData("log --last 5 --last 6", "Option '--last' expects a single argument but 2 were provided", "log")]
    [InlineData("log --failed=maybe", "unexpected argument \"maybe\"", "log")]
    [InlineData("routes plan --quota x", "invalid --quota \"x\": use a number from 0 to 2147483647", "routes plan")]
    [InlineData("routes plan --for whom", "invalid --for \"whom\": use node, router", "routes plan")]
    [InlineData("show --output xml", "invalid --output \"xml\": use text, json, dot, mermaid", "show")]
    [InlineData("completion tcsh", "invalid shell \"tcsh\": use bash, zsh, fish", "completion")]
    [InlineData("add a b c", "unexpected argument \"c\"", "add")]
    [InlineData("--output json", "a command is missing: add, del, check, ", "")]
    [InlineData("--output json nonsense", "unknown command \"nonsense\"", "")]
    [InlineData("--outptu json show", "unknown option \"--outptu\": did you mean --output?", "show")]
    [InlineData("ipam --ntwork=x list", "unknown option \"--ntwork=x\": did you mean --network?", "ipam list")]
    [InlineData("help dctor", "unknown command \"dctor\": did you mean doctor?", "")]
    [InlineData("pod \u001b[31m \u001b[32m\n", @"unexpected argument ""\u001b[32m\n""", "pod")]
    // Files of further words are not read.
    [InlineData("version @/etc/hostname", "unexpected argument \"@/etc/hostname\"", "version")]
    public void Unknown_arguments_are_an_error(string line, string message, string command)
    {
        var result = Run(Program, line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal((1, ""), (result.ExitCode, result.Stdout));
        var lines = result.Stderr.Split('\n');
        Assert.StartsWith($"cni-bridge: {message}", lines[0], StringComparison.Ordinal);
        Assert.Equal([$"cni-bridge: see {$"cni-bridge {command}".Trim()} --help", ""], lines[1..]);
        Assert.DoesNotContain("System.", result.Stderr, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("help", "-h", "--help", "-?")]
    [InlineData("ipam --help", "ipam -h", "ipam help", "help ipam", "-h ipam")]
    [InlineData("ipam list --help", "help ipam list", "ipam help list", "ipam list help", "--network x ipam list -h")]
    [InlineData("pod --help", "help pod", "help pod web-0", "-h pod")]
    [InlineData("--version", "-v", "ipam -v", "ipam list --version", "-v doctor", "pod --version", "--output json show -v")]
    [InlineData("version -o json", "-o json version", "--output=json version", "version --output json")]
    [InlineData(
        "ipam list --network list", "--network list ipam list", "ipam --network list list", "ipam --network=list list")]
    [InlineData("install --with-conf --bin-dir /dev/null", "--bin-dir /dev/null --with-conf install")]
    [InlineData("log --file /run/none --failed", "--failed log --file /run/none", "--failed --file /run/none log")]
    public void Help_version_and_options_are_accepted_everywhere(string line, params string[] others)
    {
        var expected = Run(Program, line.Split(' '));
        Assert.DoesNotContain("unknown option", expected.Stderr, StringComparison.Ordinal);
        foreach (var other in others)
        {
            var result = Run(Program, other.Split(' '));
            Assert.Equal(
                (other, expected.ExitCode, expected.Stdout, expected.Stderr), (other, result.ExitCode, result.Stdout, result.Stderr));
        }
    }

    [Fact]
    public void The_word_help_is_the_name_of_a_container_where_a_command_expects_one() =>
        Assert.Equal("cni-bridge: unknown pod \"help\": cni-bridge show lists the pods of this node\n", Run(Program, "pod", "help").Stderr);

    /// <summary>All commands, with arguments that make them print.</summary>
    static readonly string[] s_printing =
    [
        "--help", "add --help", "version", "version --output json", "completion bash", "reference man", "log", "log --timing", "show",
        "show --output dot", "show --output mermaid", "show --output json", "metrics", "status", "doctor", "doctor --output json", "repair",
        "conf validate /etc/none", "conf show", "ipam list", "ipam leaks", "ipam gc", "ipam rebuild", "uninstall --dry-run",
        "routes show --nodes /run/nodes.json --node-name a",
        "[suggest] l",
    ];

    public static TheoryData<string> Printing => [.. s_printing];

    /// <summary>The reader closes the pipe after the first output: no stack trace, no message, and the exit code of SIGPIPE.</summary>
    [Theory]
    [MemberData(nameof(Printing))]
    public void A_closed_pipe_ends_a_command_silently(string line)
    {
        using var node = new ScratchNode();
        node.Run("mkfifo", "/run/out").Succeeded();
        node.WriteFile("/etc/cni/net.d/10-podnet.conflist", """
            {"cniVersion": "1.0.0", "name": "podnet", "plugins": [
              {"type": "bridge", "ipam": {"type": "host-local", "subnet": "10.88.0.0/24"}}]}
            """);
        node.WriteFile("/run/nodes.json", """{"nodes": [{"name": "a", "addresses": ["192.0.2.1"], "podRanges": ["10.88.0.0/24"]}]}""");

        var result = Redirected(node, line, "3<>/run/out 4>/run/out 3<&- >&4 4>&-");

        Assert.Equal((141, ""), (result.ExitCode, result.Stderr));
    }

    // The output is longer than the buffer of the pipe, so the writer waits for the reader and fails in the middle.
    [Theory]
    [InlineData("log --last 100000")]
    [InlineData("log --last 100000 --output json")]
    [InlineData("ipam list")]
    [InlineData("ipam leaks")]
    [InlineData("ipam gc --dry-run --output json")]
    public void A_reader_may_leave_in_the_middle_of_long_output(string line)
    {
        Requirement.Programs("bash");
        using var node = new ScratchNode();
        node.Run("bash", "-ec", """
            mkdir -p /var/lib/cni-bridge /var/lib/cni/networks/podnet
            for i in $(seq 3000); do
                echo '{"time":"2026-01-02T03:04:05Z","verb":"ADD","plugin":"bridge","error":"no such network at all","code":1}'
            done > /var/lib/cni-bridge/operations.log
            cd /var/lib/cni/networks/podnet
            touch 10.88.{0..7}.{2..250}
            """).Succeeded();

        var result = node.Run(
            "bash", ["-c", "\"$@\" | head -n 1; echo ${PIPESTATUS[0]}", "bash", Program, .. line.Split(' ')]);

        Assert.Equal((0, ""), (result.ExitCode, result.Stderr));
        Assert.Equal("141", result.Stdout.Split('\n')[1]);
    }

    [Theory]
    [InlineData("version", ">/dev/full", "cni-bridge: could not write to standard output: no space left on device\n")]
    [InlineData("--help", ">/dev/full", "cni-bridge: could not write to standard output: no space left on device\n")]
    [InlineData("version", ">&-", "cni-bridge: could not write to standard output: bad file descriptor\n")]
    [InlineData("show", ">&- 2>&- <&-", "")]
    [InlineData("nonsense", ">&- 2>&- <&-", "")]
    public void The_error_for_unwritable_output_is_one_sentence(string line, string redirections, string message)
    {
        using var node = new ScratchNode();
        var result = Redirected(node, line, redirections);
        Assert.Equal((1, message), (result.ExitCode, result.Stderr));
    }

    static CommandResult Redirected(ScratchNode node, string line, string redirections) =>
        node.Run("sh", ["-c", $"exec \"$@\" {redirections}", "sh", Program, .. line.Split(' ')]);

    [GeneratedRegex("--[a-z-]+")]
    private static partial Regex OptionPattern();
}
