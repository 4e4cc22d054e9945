namespace CniBridge.Plugins.Tests;

public sealed class MissingPluginTests
{
    [Theory]
    [InlineData("ADD")]
    [InlineData("DEL")]
    [InlineData("CHECK")]
    [InlineData("GC")]
    public void A_role_that_this_build_does_not_have_says_so_and_what_to_do(string verb)
    {
        var answer = Call.Run(new MissingPlugin("portmap"), Call.Variables(verb));
        answer.AssertError(999, "this build of cni-bridge has no portmap plugin");
        Assert.Contains("portmap", answer.Details, StringComparison.Ordinal);
    }

    [Fact]
    public void It_answers_VERSION_all_the_same() =>
        Assert.Equal(0, Call.Run(new MissingPlugin("portmap"), Call.Variables("VERSION")).ExitCode);
}
