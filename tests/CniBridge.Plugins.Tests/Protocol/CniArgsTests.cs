using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Protocol;

public sealed class CniArgsTests
{
    [Theory]
    [InlineData("", null, null)]
    [InlineData("MAC=02:00:00:00:00:01", "02:00:00:00:00:01", null)]
    [InlineData("IP=10.0.0.5;MAC=x", "x", "10.0.0.5")]
    [InlineData("IP=", null, "")]
    [InlineData("MAC=a;MAC=b", "b", null)]
    [InlineData("MAC=a;MAC=", "", null)]
    [InlineData("MAC= a ", " a ", null)]
    [InlineData("IgnoreUnknown=0;MAC=a", "a", null)]
    [InlineData("IgnoreUnknown=1;mac=a", null, null)]
    [InlineData("IgnoreUnknown=1;Unk=nown;IP=10.0.0.5", null, "10.0.0.5")]
    [InlineData("Unk=nown;IP=10.0.0.5;IgnoreUnknown=1", null, "10.0.0.5")]
    [InlineData("IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=web-0;K8S_POD_INFRA_CONTAINER_ID=f00;K8S_POD_UID=1-2",
        null, null)]
    public void Names_of_arguments_are_case_sensitive_and_the_last_one_wins(string text, string? mac, string? ip)
    {
        var args = CniArgs.Parse(text, "MAC", "IP");
        Assert.Equal((mac, ip), (args["MAC"], args["IP"]));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("true")]
    [InlineData("True")]
    [InlineData("TRUE")]
    [InlineData("tRuE")]
    public void IgnoreUnknown_is_true_in_any_case(string value) =>
        Assert.Null(CniArgs.Parse($"Unk=nown;IgnoreUnknown={value}")["MAC"]);

    [Theory]
    [InlineData("Unk=nown", "ARGS: unknown args [\"Unk=nown\"]")]
    [InlineData("mac=a", "ARGS: unknown args [\"mac=a\"]")]
    [InlineData("ignoreUnknown=1", "ARGS: unknown args [\"ignoreUnknown=1\"]")]
    [InlineData("A=1;MAC=x;B=", "ARGS: unknown args [\"A=1\" \"B=\"]")]
    [InlineData("IgnoreUnknown=0;A=1", "ARGS: unknown args [\"A=1\"]")]
    [InlineData("A=1;IgnoreUnknown=false", "ARGS: unknown args [\"A=1\"]")]
    [InlineData("IgnoreUnknown=FALSE;A=1", "ARGS: unknown args [\"A=1\"]")]
    [InlineData("IgnoreUnknown=1;A=1;IgnoreUnknown=0", "ARGS: unknown args [\"A=1\"]")]
    [InlineData("=x", "ARGS: unknown args [\"=x\"]")]
    // A broken pair is never ignored.
    [InlineData("IgnoreUnknown=1;", "ARGS: invalid pair \"\"")]
    [InlineData(";", "ARGS: invalid pair \"\"")]
    [InlineData("IgnoreUnknown=1;;MAC=a", "ARGS: invalid pair \"\"")]
    [InlineData("IgnoreUnknown=1;novalue", "ARGS: invalid pair \"novalue\"")]
    [InlineData("IgnoreUnknown=1;K=V=W", "ARGS: invalid pair \"K=V=W\"")]
    [InlineData("IgnoreUnknown=0, Unk=nown", "ARGS: invalid pair \"IgnoreUnknown=0, Unk=nown\"")]
    [InlineData(" ", "ARGS: invalid pair \" \"")]
    public void An_unknown_argument_is_refused_and_the_error_contains_the_pair(string text, string message) => AssertRefused(text, message);

    [Theory]
    [InlineData("yes")]
    [InlineData("invalid")]
    [InlineData("")]
    [InlineData("2")]
    [InlineData(" 1")]
    public void An_invalid_IgnoreUnknown_is_refused_even_without_unknown_arguments(string value)
    {
        var message = $"ARGS: error parsing value of pair \"IgnoreUnknown={value}\": boolean unmarshal error: invalid input {value}";
        AssertRefused($"IgnoreUnknown={value}", message);
        AssertRefused($"IgnoreUnknown={value};Unk=nown", message);
    }

    static void AssertRefused(string text, string message)
    {
        var refusal = Assert.Throws<CniException>(() => CniArgs.Parse(text, "MAC", "IP"));
        Assert.Equal((CniErrorCode.InvalidEnvironment, message), (refusal.Code, refusal.Message));
    }
}
