using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Firewall;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Firewall;

public sealed class MasqueradeRecordTests : IDisposable
{
    readonly TemporaryDirectory _root = new();

    public void Dispose() => _root.Dispose();

    static NetworkMasquerade Of(string address) =>
        NetworkMasquerade.Create("pods", [], [Cidr.Parse("10.0.0.0/8")], [new CniIp(Cidr.Parse(address), null, 2)])[0];

    [Theory]
    [InlineData("10.1.0.5/24", "pods,ip")]
    [InlineData("fd00::5/64", "pods,ip6")]
    public void Created_rules_are_recognized(string address, string name)
    {
        var masquerade = Of(address);
        var records = new MasqueradeRecords(_root.Path).Configured;
        records.Save(new MasqueradeRecord(masquerade, masquerade.Chain.Name));

        Assert.True(records.Has(name));
        var read = Assert.IsType<MasqueradeRecord>(records.TryRead(name));
        Assert.Equal(masquerade.Chain.Name, read.Chain);
        Assert.Equal(masquerade.From, read.Masquerade.From);
        Assert.Equal(masquerade.Inside, read.Masquerade.Inside);
        Assert.Equal((masquerade.Network, masquerade.Family.IsV6), (read.Masquerade.Network, read.Masquerade.Family.IsV6));
        Assert.Equal(masquerade.Chain, read.Masquerade.Chain);
    }

    [Theory]
    [InlineData("""{"network": "pods", "family": "ip", "chain": "masq-1-2"}""")]
    [InlineData("""{"network": "pods", "family": "ip", "chain": "masq-1-2", "from": ["10.0.0.1"], "inside": []}""")]
    [InlineData("""{"network": "pods", "family": "ip", "chain": "masq-1-2", "from": ["10.0.0.1-x"], "inside": []}""")]
    [InlineData("""{"network": "pods", "family": "ip", "chain": "masq-1-2", "from": [null], "inside": []}""")]
    [InlineData("""{"network": "pods", "family": "ip", "from": [], "inside": []}""")]
    public void Incomplete_rules_are_not_recognized(string text)
    {
        Directory.CreateDirectory(_root["masquerade"]);
        File.WriteAllText(_root["masquerade/pods,ip"], text);
        Assert.Null(new MasqueradeRecords(_root.Path).Configured.TryRead("pods,ip"));
    }
}
