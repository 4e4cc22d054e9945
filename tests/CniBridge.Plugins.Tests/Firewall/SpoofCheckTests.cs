using System.Globalization;
using System.Text;
using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using CniBridge.Plugins.Firewall;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Recovery;
using CniBridge.Plugins.State;

namespace CniBridge.Plugins.Tests.Firewall;

/// <summary>Tests of records: they exist before the rules and are deleted after them, even after failures.</summary>
public sealed class SpoofCheckTests : IDisposable
{
    readonly TemporaryDirectory _root = new();

    public void Dispose()
    {
        _log.Dispose();
        _root.Dispose();
    }

    Records<SpoofGuard> Records => new(SpoofGuard.Format, _root.Path);

    FakeSpoofCheckRules Rules(string failing = "", int errno = Errno.EINVAL) =>
        new(_root["spoof-check"]) { Failing = [failing], Errno = errno };

    readonly StringWriter _log = new(CultureInfo.InvariantCulture);

    SpoofCheck Check(ISpoofCheckRules rules) => new(rules, Records, _log);

    static SpoofGuard Guard(string container, string port, string network = "pods", string netns = "", string netnsId = "") => new(
        new RecordOwner(new Attachment(network, container, "eth0"), netns, netnsId), port, MacAddress.FromBytes([2, 0, 0, 0, 0, 10]));

    string[] Files() => Directory.Exists(_root["spoof-check"])
        ? [.. Directory.GetFiles(_root["spoof-check"]).Select(Path.GetFileName).Order()!]
        : [];

    static Rollback NewUndo() => new(TextWriter.Null);

    [Fact]
    public void The_record_exists_before_the_rules()
    {
        var rules = Rules();
        using var undo = NewUndo();
        Check(rules).Add(Guard("a", "veth1"), undo);
        undo.Cancel();
        Assert.Equal(["add veth1, records: 1"], rules.Calls);
        Assert.Equal("""
            {"network":"pods","containerId":"a","ifName":"eth0","netns":"","netnsId":"","port":"veth1","mac":"02:00:00:00:00:0a"}
            """, File.ReadAllText(_root["spoof-check/pods,a,eth0"]));
        Assert.Equal([Guard("a", "veth1")], Records.ReadAll());
    }

    [Fact]
    public void An_undo_removes_the_rules_and_then_the_record()
    {
        var rules = Rules();
        using (var undo = NewUndo())
            Check(rules).Add(Guard("a", "veth1"), undo);
        Assert.Equal(["add veth1, records: 1", "remove veth1, records: 1"], rules.Calls);
        Assert.Empty(Files());
    }

    // The answer of the kernel may be lost.
    [Fact]
    public void Refused_rules_are_undone_too()
    {
        var rules = Rules("add veth1");
        using (var undo = NewUndo())
            Assert.Equal("add veth1", Assert.Throws<KernelException>(() => Check(rules).Add(Guard("a", "veth1"), undo)).Operation);
        Assert.Equal(["add veth1, records: 1", "remove veth1, records: 1"], rules.Calls);
        Assert.Empty(Files());
    }

    [Fact]
    public void Rules_that_an_undo_cannot_remove_keep_their_record_for_DEL()
    {
        using var log = new StringWriter(CultureInfo.InvariantCulture);
        var rules = Rules("remove veth1");
        using (var undo = new Rollback(log))
            Check(rules).Add(Guard("a", "veth1"), undo);
        Assert.Equal(["pods,a,eth0"], Files());
        Assert.StartsWith("rollback: could not remove the MAC spoofing rules: ", log.ToString(), StringComparison.Ordinal);
    }

    // /run is read-only or full.
    [Fact]
    public void Rules_are_created_and_deleted_without_a_record_if_none_can_be_written()
    {
        File.WriteAllText(_root["spoof-check"], "in the way");
        var rules = Rules();
        using (var undo = NewUndo())
        {
            Check(rules).Add(Guard("a", "veth1"), undo);
            Assert.Contains("could not write the record spoof-check/pods,a,eth0", _log.ToString(), StringComparison.Ordinal);
            undo.Cancel();
        }
        Check(rules).Remove(s_a, s_ports, () => true);
        Assert.Equal(["add veth1, records: 0", $"remove {string.Join(' ', s_ports)} of a, records: 0"], rules.Calls);

        rules = Rules();
        using (var undo = NewUndo())
            Check(rules).Add(Guard("a", "veth1"), undo);
        Assert.Equal(["add veth1, records: 0", "remove veth1, records: 0"], rules.Calls);
    }

    [Fact]
    public void Rules_of_an_earlier_ADD_are_removed_before_its_record_is_replaced()
    {
        Records.Save(Guard("a", "veth9"));
        var rules = Rules();
        using var undo = NewUndo();
        Check(rules).Add(Guard("a", "veth1"), undo);
        undo.Cancel();
        Assert.Equal(["remove veth9, records: 1", "add veth1, records: 1"], rules.Calls);
        Assert.Equal([Guard("a", "veth1")], Records.ReadAll());

        rules = Rules("remove veth1");
        Assert.Throws<KernelException>(() => Check(rules).Add(Guard("a", "veth2"), undo));
        Assert.Equal([Guard("a", "veth1")], Records.ReadAll());
    }

    static readonly Attachment s_a = new("pods", "a", "eth0");
    static readonly string[] s_ports = ["veth1", "veth2"];

    [Fact]
    public void Rules_with_a_record_are_removed_with_any_configuration()
    {
        Records.Save(Guard("a", "veth9"));
        Records.Save(Guard("b", "veth8"));
        var rules = Rules();
        Check(rules).Remove(s_a, s_ports, () => throw new InvalidOperationException("this must not be called"));
        Assert.Equal(["remove veth9, records: 2"], rules.Calls);
        Assert.Equal(["pods,b,eth0"], Files());
    }

    [Fact]
    public void Without_a_record_DEL_does_not_open_nftables()
    {
        var rules = Rules();
        Check(rules).Remove(s_a, s_ports, () => false);
        Assert.Empty(rules.Calls);
        Assert.False(Directory.Exists(_root["spoof-check"]));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("torn")]
    [InlineData("""{"network":"pods","containerId":"a","ifName":"eth0","port":"veth1","mac":"zz"}""")]
    [InlineData("""{"network":"pods","containerId":"a","ifName":"eth0","port":"veth1"}""")]
    [InlineData("""{"network":"pods","containerId":"a","ifName":"eth0","port":"a-name-of-18-bytes","mac":"02:00:00:00:00:0a"}""")]
    [InlineData("""{"network":"pods","containerId":"a","ifName":"eth0","mac":"02:00:00:00:00:0a"}""")]
    public void Rules_without_a_record_are_found_by_the_names_of_the_port(string? torn)
    {
        if (torn is not null)
        {
            Directory.CreateDirectory(_root["spoof-check"]);
            File.WriteAllText(_root["spoof-check/pods,a,eth0"], torn, Encoding.UTF8);
        }
        var rules = Rules();
        Check(rules).Remove(s_a, s_ports, () => true);
        Assert.Equal([$"remove veth1 veth2 of a, records: {(torn is null ? 0 : 1)}"], rules.Calls);
        Assert.Empty(Files());
    }

    [Fact]
    public void Rules_that_cannot_be_removed_keep_their_record()
    {
        Records.Save(Guard("a", "veth9"));
        Assert.Throws<KernelException>(() => Check(Rules("remove veth9")).Remove(s_a, s_ports, () => true));
        Assert.Equal(["pods,a,eth0"], Files());
    }

    static ValidAttachments Only(string container) => ValidAttachments.Parse(CniJson.Decode(Encoding.UTF8.GetBytes(
        $$"""{"cni.dev/valid-attachments":[{"containerID":"{{container}}","ifname":"eth0"}]}"""), GarbageJson.Read, "network config"));

    [Fact]
    public void GC_removes_rules_of_the_network_that_are_not_in_the_list()
    {
        Records.Save(Guard("a", "veth1"));
        Records.Save(Guard("b", "veth2"));
        Records.Save(Guard("b", "veth3", network: "other"));
        var rules = Rules();
        Check(rules).CollectGarbage("pods", Only("a"), isConfigured: false);
        Assert.Equal(["remove veth2, records: 3", "remove others of pods than pods/a/eth0, records: 2"], rules.Calls);
        Assert.Equal(["other,b,eth0", "pods,a,eth0"], Files());
    }

    [Fact]
    public void Without_records_and_macspoofchk_GC_does_not_open_nftables()
    {
        Records.Save(Guard("a", "veth1"));
        var rules = Rules();
        Check(rules).CollectGarbage("pods", Only("a"), isConfigured: false);
        Assert.Empty(rules.Calls);
        Check(rules).CollectGarbage("pods", Only("a"), isConfigured: true);
        Assert.Equal(["remove others of pods than pods/a/eth0, records: 1"], rules.Calls);
    }

    [Fact]
    public void Only_rules_of_running_pods_are_restored()
    {
        var netns = _root["netns"];
        File.WriteAllText(netns, "");
        Records.Save(Guard("a", "veth1", netns: netns, netnsId: SmallFile.IdentityOf(netns)!));
        Records.Save(Guard("b", "veth2", netns: netns, netnsId: "0:0:1"));
        var rules = Rules();
        Assert.Equal(["macspoofchk of pods/a/eth0 (missing veth1)"], Check(rules).Restore());
        Assert.Equal("restore veth1, records: 2", rules.Calls[^1]);
    }

    [Fact]
    public void A_kernel_without_nftables_for_bridges_is_reported_with_the_key()
    {
        using var undo = NewUndo();
        Requests.AssertRefused(CniErrorCode.UnsupportedField,
            () => Check(Rules("add veth1", Errno.EOPNOTSUPP)).Add(Guard("a", "veth1"), undo), "macspoofchk = true", "without nftables");
        Requests.AssertRefused(CniErrorCode.UnsupportedField, () => Try(Rules("try", Errno.EOPNOTSUPP)), "macspoofchk = true");
        Assert.Throws<KernelException>(() => Try(Rules("try", Errno.EPERM)));
    }

    string Try(ISpoofCheckRules rules)
    {
        _log.GetStringBuilder().Clear();
        Check(rules).Try("pods");
        return _log.ToString().TrimEnd();
    }

    [Fact]
    public void STATUS_names_the_missing_rules_of_running_pods()
    {
        File.WriteAllText(_root["netns"], "");
        SpoofGuard Of(string container, string port, string network = "pods", bool isAlive = true) => Guard(
            container, port, network, _root["netns"], isAlive ? SmallFile.IdentityOf(_root["netns"])! : "0:0:1");
        Assert.Equal("", Try(Rules()));
        foreach (var guard in new[] { Of("a", "veth1"), Of("b", "veth2"), Of("c", "veth3"), Of("d", "veth4", isAlive: false),
            Of("e", "veth5", "other") })
            Records.Save(guard);

        Assert.Equal("", Try(new FakeSpoofCheckRules(_root["spoof-check"]) { Whole = ["veth1", "veth2", "veth3"] }));
        Assert.Equal("macspoofchk of the network pods does not work: no missing veth2; cni-bridge repair restores the rules",
            Try(new FakeSpoofCheckRules(_root["spoof-check"]) { Whole = ["veth1"] }));
    }

    [Fact]
    public void CHECK_names_the_missing_part() => Assert.Equal("missing veth1", Check(Rules()).FindMissing(Guard("a", "veth1")));
}
