using System.Text.RegularExpressions;

namespace CniBridge.Conventions.Tests;

/// <summary>Tests of .github/workflows.</summary>
public sealed partial class WorkflowTests
{
    static IEnumerable<string> Files => Directory.EnumerateFiles(Path.Combine(Repository.Root, ".github/workflows"));

    [Fact]
    public void An_action_of_another_project_is_pinned_by_its_hash()
    {
        Assert.NotEmpty(Files);
        Violations.AssertNone(Files.SelectMany(File.ReadLines).Where(line => ActionPattern().IsMatch(line) && !PinPattern().IsMatch(line)));
    }

    [Theory]
    [InlineData("ci.yml", ".ci/run")]
    [InlineData("release.yml", "scripts/release")]
    public void A_workflow_runs_a_script_that_exists(string file, string script)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, ".github/workflows", file));

        Assert.Contains($"run: {script}", text, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Repository.Root, script)));
    }

    [Theory]
    [InlineData("      - uses: actions/checkout@v4", false)]
    [InlineData("      - uses: owner/name@0123456789abcdef0123456789abcdef01234567 # v1", true)]
    public void A_tag_of_an_action_is_no_pin(string line, bool isPinned)
    {
        Assert.Matches(ActionPattern(), line);
        Assert.Equal(isPinned, PinPattern().IsMatch(line));
    }

    [GeneratedRegex(@"^\s*(- )?uses:")]
    private static partial Regex ActionPattern();

    [GeneratedRegex("@[0-9a-f]{40}( |$)")]
    private static partial Regex PinPattern();
}
