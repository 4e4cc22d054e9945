using CniBridge.Linux;
using CniBridge.Plugins.PortMap;

namespace CniBridge.Plugins.Tests.PortMap;

/// <summary>Tests of DEL, GC and CHECK on a node in memory: a failed step changes no other attachment.</summary>
public sealed class PortMapDeleteTests : PortMapScene
{
    [Fact]
    public void DEL_continues_if_rules_of_the_Go_plugin_cannot_be_removed()
    {
        Add(Tcp);
        Records.TryDelete(Assert.Single(RecordNames)!);
        _node.Failing.Add(GoPorts);
        Delete(Tcp);
        Assert.Equal([Guard], _node.Elements);
    }

    [Fact]
    public void DEL_removes_the_recorded_elements_and_their_connections()
    {
        Add($"{Tcp},{Udp}");
        _node.Calls.Clear();
        Delete("");
        Assert.Equal([Guard], _node.Elements);
        Assert.Equal(["lock", "remove 8, add 0",
            "forget own of Tcp any 8080 to 10.1.0.5 80", "forget own of Udp 192.0.2.1 53 to 10.1.0.5 5353",
            "forget own of Tcp any 8080 to fd00::5 80"], _node.Calls);
        Assert.Empty(RecordNames);
        _node.Calls.Clear();
        Delete(Tcp);
        Assert.Equal([GoPorts], _node.Calls);
    }

    // Each list contains all connections of the node and takes 20 ms.
    [Fact]
    public void Each_call_lists_the_connections_once()
    {
        static string Range(int first) => string.Join(',', Enumerable.Range(first, 50).Select(
            port => $$"""{"hostPort":{{port}},"containerPort":{{port}},"protocol":"udp"},{"hostPort":{{port}},"containerPort":{{port}}}"""));

        Add(Range(1000));
        Assert.Equal(1, _node.Passes);
        Delete("");
        Assert.Equal(2, _node.Passes);
        Add(Range(1000), container: "gone");
        Add(Range(2000), container: "gone too");
        File.Delete(_root["gone"]);
        File.Delete(_root["gone too"]);
        Assert.Equal(4, _node.Passes);
        Add($"{Range(1000)},{Range(2000)}");
        Assert.Equal(5, _node.Passes);
        Collect("[]");
        Assert.Equal(6, _node.Passes);
        Assert.Equal([Guard], _node.Elements);
    }

    [Fact]
    public void Twelve_thousand_ports_are_created_recorded_and_removed()
    {
        var ports = string.Join(',', Enumerable.Range(1, 12_000).Select(
            port => $$"""{"hostPort":{{port}},"containerPort":{{port}},"protocol":"tcp","hostIP":"2001:db8:1111:2222:3333:4444:5555:6666"}"""));
        Add(ports);
        Assert.Equal(12_000, Assert.Single(Records.ReadAll()).Mappings.Count);
        Assert.True(new FileInfo(Assert.Single(Directory.GetFiles(_root["hostports"]))).Length > 1 << 20);
        Add(ports);
        Delete("");
        Assert.Empty(_node.Elements);
        Assert.Empty(RecordNames);
    }

    [Fact]
    public void A_failed_DEL_keeps_the_record()
    {
        Add(Tcp);
        _node.Failing.Add("remove 7, add 0");
        Assert.Throws<KernelException>(() => Delete(Tcp));
        Assert.Equal(["pods,pod1,eth0"], RecordNames);
        _node.Failing.Clear();
        Delete(Tcp);
        Assert.Equal([Guard], _node.Elements);
    }

    [Fact]
    public void DEL_continues_if_the_ruleset_is_flushed_meanwhile()
    {
        Add(Tcp);
        _node.Meanwhile.Enqueue(_node.Clear);
        Delete(Tcp);
        Assert.Empty(RecordNames);
    }

    [Fact]
    public void DEL_without_a_record_removes_elements_by_their_comment()
    {
        Add($"{Tcp},{Udp}", "\"masqAll\":true");
        Add("""{"hostPort":9090,"containerPort":80}""", container: "other",
            previous: Previous.Replace("10.1.0.5", "10.1.0.9", StringComparison.Ordinal)
                .Replace("fd00::5", "fd00::9", StringComparison.Ordinal));
        var others = _node.Elements.Where(element => element.Contains("other", StringComparison.Ordinal)).ToList();
        Directory.Delete(_root["hostports"], recursive: true);
        Delete($$"""{"hostPort":9090,"containerPort":80},{{Tcp}},{{Udp}},{"hostPort":0}""");
        Assert.Equal(others, _node.Elements.Except([Guard]));
        Assert.Contains("ignoring runtimeConfig.portMappings[3]", _log.ToString(), StringComparison.Ordinal);
    }

    // podman run -p 8080:80 -p [::]:8080:80
    [Theory]
    [InlineData("::")]
    [InlineData("0.0.0.0")]
    [InlineData("")]
    public void A_duplicate_mapping_is_created_once_and_removed_with_or_without_its_record(string hostIp)
    {
        var twice = Tcp + "," + Tcp.Replace("}", $",\"hostIP\":\"{hostIp}\"}}", StringComparison.Ordinal);
        Add(Tcp);
        var once = _node.Elements.ToList();
        Delete("");

        Add(twice);
        Assert.Equal(once, _node.Elements);
        Check(twice, _node);
        Delete("");
        Assert.Equal([Guard], _node.Elements);

        Add(twice);
        Directory.Delete(_root["hostports"], recursive: true);
        Delete(twice);
        Assert.Equal([Guard], _node.Elements);
    }

    [Fact]
    public void GC_continues_after_a_failure_and_reports_it()
    {
        Add(Tcp);
        Add("""{"hostPort":9090,"containerPort":80}""", "\"snat\":false", container: "other");
        Add("""{"hostPort":9091,"containerPort":80}""", "\"snat\":false", container: "alive");
        Add("""{"hostPort":9092,"containerPort":80}""", "\"snat\":false", container: "unrecorded");
        Records.TryDelete("pods,unrecorded,eth0");
        var foreign = _node.List()[0];
        _node.Put(foreign with { Element = foreign.Element with { Key = [1, 2, 3], Comment = "pods2/ctr/eth0" } });
        _node.Failing.Add("remove 7, add 0");
        const string valid = """[{"containerID":"alive","ifname":"eth0"}]""";

        Requests.AssertRefused(5, () => Collect(valid), "GC is not complete");
        Assert.Equal(["pods,alive,eth0", "pods,pod1,eth0"], RecordNames);
        Assert.DoesNotContain(_node.List(), element => element.Owner is "pods/other/eth0" or "pods/unrecorded/eth0");

        _node.Failing.Clear();
        Collect(valid);
        Assert.Equal(["pods,alive,eth0"], RecordNames);
        Assert.Equal(["pods/alive/eth0", "pods2/ctr/eth0"],
            _node.List().Select(element => element.Owner).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void GC_refuses_a_missing_list_and_treats_null_as_empty()
    {
        Add(Tcp);

        Requests.AssertRefused(7, () => Collect(list: ""), "cni.dev/valid-attachments");
        Assert.Equal(["pods,pod1,eth0"], RecordNames);
        Collect("null");

        Assert.Empty(RecordNames);
        Assert.Empty(_node.List());
    }

    [Fact]
    public void GC_continues_if_rules_of_the_Go_plugin_cannot_be_removed()
    {
        const string goPorts = "collect Go's ports of pods";
        Add(Tcp);
        _node.Calls.Clear();
        _node.Failing.Add(goPorts);
        Collect("[]");
        Assert.Equal(goPorts, _node.Calls[0]);
        Assert.Equal([Guard], _node.Elements);
        Assert.Contains("cannot remove rules of the Go plugins: ", _log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void CHECK_reports_missing_elements()
    {
        Add(Tcp);
        Check(Tcp, _node);
        Requests.AssertRefused(999, () => Check(Tcp, new FakePorts { Damage = "no chain x" }), "pods/pod1/eth0", "no chain x");
        Requests.AssertRefused(999, () => Check(Tcp, new FakePorts()), "The host port 8080/tcp of any address is missing");
        var unset = new FakePorts { IsLocalhostAllowed = false };
        foreach (var element in HostPortElement.List(Assert.Single(Records.ReadAll())))
            unset.Put(element);
        Requests.AssertRefused(999, () => Check(Tcp, unset), "net.ipv4.conf.cni0.route_localnet");
    }

    [Fact]
    public void A_record_survives_writing_and_reading_and_an_invalid_one_is_ignored()
    {
        Add($"{Tcp},{Udp}", "\"masqAll\":true");
        var written = File.ReadAllText(_root["hostports/pods,pod1,eth0"]);
        var record = Assert.Single(Records.ReadAll());
        Records.Save(record);
        Assert.Equal(written, File.ReadAllText(_root["hostports/pods,pod1,eth0"]));
        foreach (var (good, bad) in new[]
        {
            ("10.1.0.5", "10.1.0"), ("8080", "0"), ("\"udp\"", "\"x\""), ("192.0.2.1", "here"), ("\"masqAll\":true", "\"masqAll\":5"),
        })
        {
            File.WriteAllText(_root["hostports/pods,pod1,eth0"], written.Replace(good, bad, StringComparison.Ordinal));
            Assert.Null(Records.TryRead("pods,pod1,eth0"));
        }
    }
}
