using CniBridge.Plugins.Bridge;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Bridge;

/// <summary>What is not done yet is refused when it is asked for, and only then.</summary>
public sealed class BridgeSupportTests
{
    [Theory]
    [InlineData("macspoofchk", "true", "macspoofchk = true")]
    [InlineData("MACSPOOFCHK", "true", "macspoofchk = true")]
    public void A_key_that_asks_for_what_is_missing_is_refused_with_key_and_value(string key, string value, string words) =>
        Requests.AssertRefused(CniErrorCode.UnsupportedField,
            () => BridgeConfigTests.Parse($$"""{"{{key}}":{{value}}}"""), "unsupported field: " + words);

    [Theory]
    [InlineData("ipMasq", "false")]
    [InlineData("isMasq", "false")]
    [InlineData("ipMasqBackend", "\"\"")]
    [InlineData("vlan", "0")]
    [InlineData("vlanTrunk", "null")]
    [InlineData("preserveDefaultVlan", "false")]
    [InlineData("macspoofchk", "false")]
    [InlineData("portIsolation", "false")]
    [InlineData("disableContainerInterface", "false")]
    [InlineData("ipam", "{\"type\":\"\"}")]
    [InlineData("ipam", "{}")]
    public void A_value_that_asks_for_nothing_is_let_pass(string key, string value) =>
        BridgeConfigTests.AssertEqual(new BridgeConfig { Bridge = "cni0" }, BridgeConfigTests.Parse($$"""{"{{key}}":{{value}}}"""));

    // A backend without masquerading asks for nothing: the Go plugin looks at the one only when it does the other.
    [Theory]
    [InlineData("""{"ipMasqBackend":"nftables"}""")]
    [InlineData("""{"ipMasq":false,"ipMasqBackend":"nftables"}""")]
    [InlineData("""{"ipMasq":false,"isMasq":false,"ipMasqBackend":"ufw"}""")]
    [InlineData("""{"ipMasqBackend":"ufw"}""")]
    // Nor is there anything to masquerade without addresses.
    [InlineData("""{"ipMasq":true}""")]
    [InlineData("""{"isMasq":true,"ipam":{"type":""}}""")]
    public void Masquerading_that_has_nothing_to_do_is_let_pass(string config) =>
        BridgeConfigTests.AssertEqual(new BridgeConfig { Bridge = "cni0" }, BridgeConfigTests.Parse(config));
}
