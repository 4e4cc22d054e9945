using System.Reflection;
using System.Text.RegularExpressions;

namespace CniBridge.EndToEnd.Tests;

/// <summary>What all commands of the operator have in common: help, reference, completion, colours.</summary>
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

    // Made anew with: cni-bridge reference markdown > docs/commands.md; cni-bridge reference man > docs/cni-bridge.8
    [Theory]
    [InlineData("markdown", "commands.md")]
    [InlineData("man", "cni-bridge.8")]
    public void The_reference_is_what_the_program_knows(string format, string file) =>
        Assert.Equal(Resource(file), Run(Program, "reference", format).Succeeded().Stdout);

    [Fact]
    public void The_manual_page_is_one()
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
    public void A_command_s_help_has_examples_whose_words_it_knows(string words)
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
                PATH={PluginDirectory.UnderTest}:$PATH
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
    public void Colours_are_for_terminals_whose_owner_wants_them(string environment, bool areThere)
    {
        Requirement.Programs("script");
        using var node = new ScratchNode();
        var shown = node.Run("env", [.. environment.Split(' '), "script", "-qec", $"{Program} show", "/dev/null"]).Succeeded().Stdout;
        Assert.Equal(areThere, shown.Contains("\u001b[1m", StringComparison.Ordinal));
        Assert.DoesNotContain("\u001b", node.Run("env", "TERM=xterm", Program, "show").Succeeded().Stdout, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("ipam", "show")]
    [InlineData("log", "--last", "many")]
    [InlineData("show", "--output", "xml")]
    public void Words_that_mean_nothing_are_an_error(params string[] arguments)
    {
        var result = Run(Program, arguments);
        Assert.Equal(1, result.ExitCode);
        Assert.NotEmpty(result.Stderr);
    }

    [GeneratedRegex("--[a-z-]+")]
    private static partial Regex OptionPattern();
}
