using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Calls;

/// <summary>Tests of missing and wrong variables: each gives an error object and changes nothing.</summary>
[RunsFirst]
public sealed class BadEnvironmentTests(UntouchedNodes nodes) : IClassFixture<UntouchedNodes>
{
    const int InvalidEnvironment = 4;
    const int InvalidConfig = 7;
    const int OwnNamespace = 8;

    [Theory]
    [InlineData("ADD", "CNI_CONTAINERID")]
    [InlineData("ADD", "CNI_NETNS")]
    [InlineData("ADD", "CNI_IFNAME")]
    [InlineData("ADD", "CNI_PATH")]
    [InlineData("DEL", "CNI_CONTAINERID")]
    [InlineData("DEL", "CNI_IFNAME")]
    [InlineData("DEL", "CNI_PATH")]
    [InlineData("CHECK", "CNI_CONTAINERID")]
    [InlineData("CHECK", "CNI_NETNS")]
    [InlineData("CHECK", "CNI_IFNAME")]
    [InlineData("CHECK", "CNI_PATH")]
    [InlineData("GC", "CNI_PATH")]
    [InlineData("STATUS", "CNI_PATH")]
    public void A_missing_variable_is_named(string verb, string name)
    {
        var words = $"required env variables [{name}] missing";
        nodes.AssertRefused(
            InvalidEnvironment,
            [node => Call(node, verb).With(name, null), node => Call(node, verb).With(name, "")],
            words);
    }

    [Fact]
    public void All_missing_variables_are_named_together() => nodes.AssertRefused(
        InvalidEnvironment,
        node => Call(node, "ADD").With("CNI_CONTAINERID", null).With("CNI_NETNS", null).With("CNI_IFNAME", null)
            .With("CNI_PATH", null),
        "required env variables [CNI_CONTAINERID,CNI_NETNS,CNI_IFNAME,CNI_PATH] missing");

    [Theory]
    [InlineData("add")]
    [InlineData("ADD ")]
    [InlineData("REMOVE")]
    [InlineData("\n")]
    public void An_unknown_verb_is_refused(string verb) =>
        nodes.AssertRefused(InvalidEnvironment, node => Call(node, verb), "CNI_COMMAND");

    public static TheoryData<string> BadContainerIds =>
    [
        "a/b", "..", ".", "../../../tmp/x", "/", "a\nb", "a\n", "\n", "a\r\neth0", "a b", " a", "-a", "_a", ".a", "a:b",
        "a%b", "é", "容器", "٣", "a\u200b", "a\u0001", new string('a', 300),
    ];

    [Theory]
    [MemberData(nameof(BadContainerIds))]
    public void A_bad_container_ID_is_refused(string id) => AssertRefusedByEveryVerb("CNI_CONTAINERID", id);

    public static TheoryData<string> BadInterfaceNames =>
    [
        "a/b", "..", ".", "../eth0", "/", "a:b", "eth0:1", "a b", " ", "a\tb", "eth0\n", "\neth0", "a\u0001b", "eth%d",
        "%", "a\u00a0b", "a\u2003b", "a\u0085b", "abcdefghijklmnop",
        "éééééééé", "接口接口接口", new string('e', 300),
    ];

    [Theory]
    [MemberData(nameof(BadInterfaceNames))]
    public void A_bad_interface_name_is_refused(string name) => AssertRefusedByEveryVerb("CNI_IFNAME", name);

    [Theory]
    [InlineData("/proc/self/ns/net")]
    [InlineData("/proc/1/ns/net")]
    [InlineData("/proc/thread-self/ns/net")]
    [InlineData("/proc/self/../1/ns/net")]
    public void ADD_refuses_the_namespace_of_the_node_before_any_change(string path)
    {
        const string loopback = """{"cniVersion": "1.0.0", "name": "lo", "type": "loopback"}""";
        nodes.AssertRefused(OwnNamespace, [
            node => Call(node, "ADD").With("CNI_NETNS", path),
            node => Call(node, "ADD").With("CNI_NETNS", path).With("CNI_IFNAME", "eth7"),
            node => Call(node, "ADD").With("CNI_NETNS", path).With("CNI_IFNAME", "lo"),
            node => (RawCall.Of(node, "ADD", loopback) with { Plugin = "loopback" }).With("CNI_NETNS", path)]);
    }

    [Theory]
    [InlineData("/run/netns/missing")]
    [InlineData("/run/text/below")]
    [InlineData("/run/text")]
    [InlineData("/run/netns")]
    [InlineData("/run/fifo")]
    [InlineData("/proc/1/ns/uts")]
    [InlineData("/proc/1/ns/user")]
    [InlineData("/proc/1/ns/mnt")]
    [InlineData("/proc/4194304/ns/net")]
    [InlineData("/dev/null")]
    [InlineData("/proc/1/ns/net\n")]
    [InlineData("relative")]
    [InlineData(".")]
    public void A_path_that_is_not_a_network_namespace_is_refused(string path) => nodes.AssertRefused(
        InvalidEnvironment,
        [node => Call(node, "ADD").With("CNI_NETNS", path), node => Call(node, "CHECK").With("CNI_NETNS", path)],
        "CNI_NETNS");

    [Fact]
    public void The_error_for_a_missing_namespace_has_the_wording_that_runtimes_match() => nodes.AssertRefused(
        InvalidEnvironment,
        node => Call(node, "ADD").With("CNI_NETNS", "/run/netns/missing"),
        "no such file or directory");

    [Theory]
    [InlineData("MAC", InvalidEnvironment)]
    [InlineData("=", InvalidEnvironment)]
    [InlineData("A=b=c", InvalidEnvironment)]
    [InlineData("K8S_POD_NAME=pod", InvalidEnvironment)]
    [InlineData("IgnoreUnknown=0;K8S_POD_NAME=pod", InvalidEnvironment)]
    [InlineData("IgnoreUnknown=perhaps", InvalidEnvironment)]
    [InlineData("ip=10.88.0.9", InvalidEnvironment)]
    [InlineData("IP=zz", InvalidConfig)]
    [InlineData("IP=10.88.0.9,10.88.0.10", InvalidConfig)]
    [InlineData("IP=010.88.0.9", InvalidConfig)]
    [InlineData("MAC=zz", InvalidConfig)]
    [InlineData("MAC=01:00:5e:00:00:01", InvalidConfig)]
    [InlineData("MAC=00:00:00:00:00:00", InvalidConfig)]
    [InlineData("MAC=ff:ff:ff:ff:ff:ff", InvalidConfig)]
    [InlineData("MAC=02:00:00:00:00:00:00:01", InvalidConfig)]
    public void Bad_arguments_are_refused(string arguments, int code) =>
        nodes.AssertRefused(code, node => Call(node, "ADD").With("CNI_ARGS", arguments));

    void AssertRefusedByEveryVerb(string name, string value) => nodes.AssertRefused(InvalidEnvironment, [
        node => Call(node, "ADD").With(name, value),
        node => Call(node, "DEL").With(name, value),
        node => Call(node, "CHECK").With(name, value)]);

    static RawCall Call(ScratchNode node, string verb) =>
        RawCall.Of(node, verb, Configurations.With("""{"cniVersion": "1.1.0"}"""));
}
