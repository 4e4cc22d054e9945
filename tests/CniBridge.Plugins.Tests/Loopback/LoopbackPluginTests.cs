using CniBridge.Plugins.Loopback;

namespace CniBridge.Plugins.Tests.Loopback;

/// <summary>Tests of the loopback plugin without a network namespace.</summary>
public sealed class LoopbackPluginTests
{
    const string Config = """{"cniVersion":"1.1.0","name":"cni-loopback"}""";

    static Answer Run(string verb, string netns, string config = Config) =>
        Call.Run(new LoopbackPlugin(), Call.Variables(verb, ("CNI_NETNS", netns), ("CNI_ARGS", "none")), config);

    [Theory]
    [InlineData("")]
    [InlineData("/no/such/netns")]
    [InlineData("/etc/hostname")]
    public void DEL_without_a_namespace_succeeds(string netns) => Run("DEL", netns).AssertSilentSuccess();

    [Theory]
    [InlineData("ADD")]
    [InlineData("CHECK")]
    public void ADD_and_CHECK_without_a_namespace_fail(string verb)
    {
        Assert.Equal("failed to open netns \"/no/such\": could not open /no/such: no such file or directory",
            Run(verb, "/no/such").Message);
        Assert.Contains("is not a network namespace", Run(verb, "/etc/hostname").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_previous_result_is_reported_before_anything_is_done()
    {
        var answer = Run("ADD", "/no/such", """{"cniVersion":"1.1.0","name":"lo","prevResult":{"cniVersion":"9.9.9"}}""");
        Assert.Contains("could not parse prevResult: ", answer.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GC")]
    [InlineData("STATUS")]
    public void STATUS_and_GC_succeed_without_any_work(string verb) => Run(verb, "").AssertSilentSuccess();
}
