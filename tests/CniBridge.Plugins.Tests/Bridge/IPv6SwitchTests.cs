using CniBridge.Plugins.Bridge.Node;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Bridge;

public sealed class IPv6SwitchTests
{
    [Fact]
    public void A_link_without_the_IPv6_setting_is_reported()
    {
        foreach (var use in (Action<string>[])[IPv6Switch.Require, IPv6Switch.TurnOn])
        {
            var refusal = Assert.Throws<CniException>(() => use("br-none"));
            Assert.Equal(CniErrorCode.IoFailure, refusal.Code);
            Assert.Equal("no IPv6 for br-none: there is no net.ipv6.conf.br-none.disable_ipv6", refusal.Message);
            Assert.Contains("ipv6.disable=1", refusal.Details, StringComparison.Ordinal);
        }
    }
}
