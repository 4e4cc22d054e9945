namespace CniBridge.Conventions.Tests;

/// <summary>The measurable part of the writing guide in CONTRIBUTING.md. Every failure lists file, line and text.</summary>
public sealed class WritingTests
{
    const double MaxInvertedShare = 0.03;
    internal const int MaxColumns = 140;
    const int MaxWordsInSentence = 35;

    static readonly string s_source = Path.Combine(Repository.Root, "src"), s_tests = Path.Combine(Repository.Root, "tests");

    public static TheoryData<string> Parents => ["src", "tests"];

    [Theory]
    [MemberData(nameof(Parents))]
    public void Summaries_start_with_a_noun_or_a_verb(string parent)
    {
        var summaries = ProseReader.Summaries(Path.Combine(Repository.Root, parent));
        var inverted = summaries.Where(summary => summary.IsInverted).ToList();

        Assert.NotEmpty(summaries);
        Assert.True(inverted.Count <= MaxInvertedShare * summaries.Count,
            $"{inverted.Count} of {summaries.Count} summaries are inverted:\n{string.Join('\n', inverted)}");
    }

    [Fact]
    public void Texts_name_the_actor() =>
        Violations.AssertNone(ProseReader.Texts(s_source).Where(text => text.FindVagueSubject() is not null));

    /// <summary>Strings of tests do not count, because they may be input of the product.</summary>
    [Fact]
    public void Comments_of_the_tests_name_the_actor() =>
        Violations.AssertNone(ProseReader.Comments(s_tests).Where(text => text.FindVagueSubject() is not null));

    [Fact]
    public void Lines_of_the_sources_fit_140_columns()
    {
        var tooLong = Repository.Projects("src").SelectMany(Repository.Sources)
            .SelectMany(path => File.ReadLines(path).Select((text, index) => new Prose(Repository.Relative(path), index + 1, text)))
            .Where(line => line.Text.Length > MaxColumns);

        Violations.AssertNone(tooLong);
    }

    /// <summary>Text inside raw string literals does not count, because it is the input of another program.</summary>
    [Fact]
    public void Lines_of_the_tests_fit_140_columns() =>
        Violations.AssertNone(ProseReader.LinesWithoutRawText(s_tests).Where(line => line.Text.Length > MaxColumns));

    [Fact]
    public void Names_of_tests_say_case_and_expectation()
    {
        var names = ProseReader.NamesOfTests(s_tests);

        Assert.NotEmpty(names);
        Violations.AssertNone(names.Where(name => name.WhyUnclearName() is not null).Select(name => $"{name} ({name.WhyUnclearName()})"));
    }

    [Theory]
    [InlineData("It is not read", "\"It\"")]
    [InlineData("So it is over", "\"So\"")]
    [InlineData("What is wrong is refused", "\"What\"")]
    [InlineData("ADD refuses what is wrong", "\"what is\"")]
    [InlineData("A file that nobody reads stays", "\"nobody\"")]
    [InlineData("CHECK tells of changes", "\"tells\"")]
    [InlineData("Address management", "fewer than 3 words")]
    [InlineData("DEL succeeds if the namespace is gone", null)]
    [InlineData("The error for a missing node says what to do", null)]
    [InlineData("Items are merged", null)]
    public void The_rule_for_names_of_tests_finds_unclear_ones(string name, string? why) =>
        Assert.Equal(why, new Prose("", 1, name).WhyUnclearName());

    [Fact]
    public void Sentences_of_the_documents_have_at_most_35_words()
    {
        var documents = Repository.Files(Path.Combine(Repository.Root, "docs"), "*.md")
            .Concat(Directory.EnumerateFiles(Repository.Root, "*.md"));

        Violations.AssertNone(documents.SelectMany(ProseReader.Paragraphs).Where(text => text.LongestSentence > MaxWordsInSentence));
    }
}
