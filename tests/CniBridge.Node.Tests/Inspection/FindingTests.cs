using System.Diagnostics;
using CniBridge.Node.Inspection;
using CniBridge.Node.Inspection.Findings;

namespace CniBridge.Node.Tests.Inspection;

/// <summary>Tests of each kind of finding with recognizable values.</summary>
public sealed class FindingTests
{
    public static TheoryData<string> Names => [.. FindingSample.All.Select(sample => sample.Name)];

    static FindingSample Find(string name) => FindingSample.All.Single(sample => sample.Name == name);

    [Fact]
    public void Each_kind_has_its_own_id()
    {
        var ids = FindingSample.All.Select(sample => sample.Create().Id).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.True(ids.Count >= 60);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_text_is_complete_and_has_no_unfilled_placeholder(string name)
    {
        var finding = Find(name).Create();

        Assert.Matches("^[a-z0-9]+(-[a-z0-9]+)*$", finding.Id);
        Assert.All([finding.What, finding.Why, finding.Fix], text =>
        {
            Assert.False(string.IsNullOrWhiteSpace(text));
            Assert.DoesNotMatch(@"\n|\{[A-Za-z_.]*\}|\[[A-Za-z_.]*\]", text);
        });
        Assert.DoesNotMatch(@"\.$", finding.What);
        Assert.DoesNotMatch(@"\.$", finding.Why);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_value_appears_in_the_sentence_or_in_the_command(string name)
    {
        var sample = Find(name);
        var finding = sample.Create();

        Assert.All(sample.Parameters, parameter =>
        {
            var other = sample.Create(changed: parameter);
            Assert.True(other.What != finding.What || other.Fix != finding.Fix, $"{name}: the value of {parameter} is not used");
            Assert.Equal(finding.Why, other.Why);
        });
    }

    /// <summary>Tests with dash, which reports an open quote, or a parenthesis outside quotes, as an error.</summary>
    [Fact]
    public void Values_with_special_characters_are_quoted_in_every_command()
    {
        const string value = "it's (a) $(value); \"x\" `y` & | <";
        var script = string.Join('\n', FindingSample.All.Select(sample => sample.CreateWith(value).Fix));

        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-n"])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
        })!;
        shell.StandardInput.Write(script);
        shell.StandardInput.Close();
        var errors = shell.StandardError.ReadToEnd();
        shell.WaitForExit();

        Assert.Equal(("", 0), (errors, shell.ExitCode));
    }

    [Fact]
    public void A_value_is_one_word_of_the_command_and_unquoted_in_the_sentence()
    {
        var finding = ConfigurationFindings.ConfigurationInvalid("/a dir/it's", "{FILE} is empty");
        Assert.Equal("/a dir/it's is not valid: {FILE} is empty", finding.What);
        Assert.Equal("mv '/a dir/it'\\''s' '/a dir/it'\\''s'.invalid", finding.Fix);
    }

    [Fact]
    public void A_command_inside_a_command_is_not_quoted_again()
    {
        ShellCommand inner = $"nft list {"a b"}";
        ShellCommand outer = $"{inner} && echo {new[] { "c d", "e" }} {5}";
        Assert.Equal("nft list 'a b' && echo 'c d' e 5", outer.ToString());
        Assert.Equal("nft list 'a b'", inner.ToString());
    }

    [Theory]
    [InlineData(5, "1, 2, 3, 4, 5")]
    [InlineData(6, "1, 2, 3, 4, 5, 1 more")]
    [InlineData(300, "1, 2, 3, 4, 5, 295 more")]
    public void A_long_list_is_cut_after_five_items(int count, string text)
    {
        string[] addresses = [.. Enumerable.Range(1, count).Select(number => $"{number}")];
        var finding = StoreFindings.ReservationLeaked("n", addresses, ["c"], "eth0", "/f", "/p", "cni-bridge");
        Assert.EndsWith($"no longer exist: {text}", finding.What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_counts_findings_by_severity()
    {
        var (error, warning) = (BridgeFindings.BridgeDown("cni0"), BridgeFindings.SpanningTree("cni0"));
        var report = new DoctorReport([error, error, warning], []);
        Assert.Equal((2, 1), (report.Count(Severity.Error), report.Count(Severity.Warning)));
    }
}
