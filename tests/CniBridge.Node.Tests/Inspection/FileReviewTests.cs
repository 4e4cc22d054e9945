using CniBridge.Node.Inspection.Configurations;

namespace CniBridge.Node.Tests.Inspection;

public sealed class FileReviewTests : IDisposable
{
    const string List = """{"cniVersion":"1.0.0","name":"pods","plugins":[{"type":"tuning"}]}""";
    const string Single = """{"cniVersion":"1.0.0","name":"pods","type":"tuning"}""";

    readonly TemporaryDirectory _directory = new();

    public FileReviewTests()
    {
        File.WriteAllText(_directory["tuning"], "");
        File.SetUnixFileMode(_directory["tuning"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    public void Dispose() => _directory.Dispose();

    FileReview Review(string name) => FileReview.Create(_directory[name], _directory.Path);

    [Theory]
    [InlineData("a.conflist", List, null)]
    [InlineData("a.conf", Single, null)]
    [InlineData("a.json", Single, null)]
    [InlineData("a.txt", List, null)]
    [InlineData("a.txt", Single, null)]
    [InlineData("a.conf", List, "a list of plugins needs the extension .conflist")]
    [InlineData("a.json", List, "a list of plugins needs the extension .conflist")]
    [InlineData("a.conflist", Single, "a .conflist needs a list of plugins; a single plugin needs the extension .conf")]
    public void A_file_name_that_contradicts_the_content_is_found(string name, string text, string? message)
    {
        File.WriteAllText(_directory[name], text);
        var review = Review(name);
        Assert.True(review.IsRead);
        Assert.Equal(message is null ? [] : [message], review.Findings.Select(finding => finding.Message));
        Assert.All(review.Findings, finding => Assert.True(finding.IsError));
    }

    [Fact]
    public void An_unreadable_file_has_one_finding()
    {
        File.CreateSymbolicLink(_directory["dangling.conf"], _directory["missing"]);
        File.WriteAllText(_directory["long.conf"], new string(' ', 40 << 20));
        Directory.CreateDirectory(_directory["directory.conf"]);
        foreach (var name in (string[])["missing.conf", "dangling.conf", "long.conf", "directory.conf"])
        {
            var review = Review(name);
            Assert.False(review.IsRead);
            Assert.StartsWith(
                $"cannot read the network configuration {_directory[name]}: ", Assert.Single(review.Findings).Message,
                StringComparison.Ordinal);
        }
    }
}
