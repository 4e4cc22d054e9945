using System.Text.RegularExpressions;

namespace CniBridge.Conventions.Tests;

/// <summary>Compares SECURITY.md with the tests that it names.</summary>
public sealed partial class SecurityTests
{
    [Fact]
    public void Tests_that_SECURITY_names_exist()
    {
        var names = TestPattern().Matches(File.ReadAllText(Path.Combine(Repository.Root, "SECURITY.md")))
            .Select(match => (Class: match.Groups[1].Value, Method: match.Groups[2].Value)).ToList();
        var sources = Repository.Sources(Path.Combine(Repository.Root, "tests"))
            .ToLookup(path => Path.GetFileNameWithoutExtension(path), File.ReadAllText);

        Assert.NotEmpty(names);
        Violations.AssertNone(names
            .Where(name => !sources[name.Class].Any(text => text.Contains($" {name.Method}(", StringComparison.Ordinal)))
            .Select(name => $"{name.Class}.{name.Method}"));
    }

    [Fact]
    public void Each_promise_of_SECURITY_names_a_test()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "SECURITY.md"));
        var promises = text.Split("## Untrusted input")[1].Split("\n## ")[0].Split("\n- ")[1..];

        Assert.NotEmpty(promises);
        Violations.AssertNone(promises.Where(promise => !TestPattern().IsMatch(promise)));
    }

    [GeneratedRegex("`([A-Za-z0-9]+Tests)\\.([A-Za-z0-9_]+)`")]
    private static partial Regex TestPattern();
}
