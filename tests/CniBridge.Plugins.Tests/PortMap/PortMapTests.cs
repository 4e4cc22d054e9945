using System.Globalization;
using CniBridge.Linux;
using CniBridge.Plugins.PortMap;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.State;

namespace CniBridge.Plugins.Tests.PortMap;

/// <summary>Tests of the verbs on a node in memory: a failed step leaves nothing and changes no other attachment.</summary>
public sealed class PortMapTests : IDisposable
{
    const string Tcp = """{"hostPort":8080,"containerPort":80}""";
    const string Udp = """{"hostPort":53,"containerPort":5353,"protocol":"udp","hostIP":"192.0.2.1"}""";

    const string Previous = """
        {"cniVersion":"1.0.0","interfaces":[{"name":"cni0"},{"name":"eth0","sandbox":"/netns"}],
         "ips":[{"address":"10.9.9.9/24","interface":0},{"address":"10.1.0.5/24","interface":1},{"address":"fd00::5/64","interface":1},
                {"address":"10.1.0.6/24","interface":1}]}
        """;

    /// <summary>The elements of a pod with the mappings Tcp and Udp.</summary>
    static readonly string[] s_elements =
    [
        "ip cni-bridge hostport-addresses host port 53/udp of 192.0.2.1: pods/pod1/eth0",
        "ip cni-bridge hostport-localhost-links guard of 127.0.0.1 on cni0: ",
        "ip cni-bridge hostport-neighbours masquerading of cni0 to 10.1.0.5: pods/pod1/eth0",
        "ip cni-bridge hostport-senders masquerading of 10.1.0.5 to itself: pods/pod1/eth0",
        "ip cni-bridge hostport-senders masquerading of 127.0.0.1 to 10.1.0.5: pods/pod1/eth0",
        "ip cni-bridge hostports host port 8080/tcp of any address: pods/pod1/eth0",
        "ip6 cni-bridge hostport-neighbours masquerading of cni0 to fd00::5: pods/pod1/eth0",
        "ip6 cni-bridge hostport-senders masquerading of fd00::5 to itself: pods/pod1/eth0",
        "ip6 cni-bridge hostports host port 8080/tcp of any address: pods/pod1/eth0",
    ];

    /// <summary>An element that belongs to no attachment and stays.</summary>
    const string Guard = "ip cni-bridge hostport-localhost-links guard of 127.0.0.1 on cni0: ";

    readonly TemporaryDirectory _root = new();
    readonly StringWriter _log = new(CultureInfo.InvariantCulture);
    readonly FakePorts _node = new();

    public void Dispose()
    {
        _root.Dispose();
        _log.Dispose();
    }

    Records<HostPortRecord> Records => new(HostPortRecord.Format, _root.Path);

    IEnumerable<string?> RecordNames => Records.ReadAll().Select(record => record.Name);

    CniRequest Request(string mappings, string keys = "\"type\":\"portmap\"", string? previous = Previous, string container = "pod1")
    {
        var request = Requests.Make(
            $"{{\"name\":\"pods\",{keys},\"prevResult\":{previous ?? "null"},\"runtimeConfig\":{{\"portMappings\":[{mappings}]}}}}",
            NetnsOf(container), log: _log);
        return request with { Environment = request.Environment with { ContainerId = container } };
    }

    /// <summary>Returns the path of a file that stands for the namespace. The pod is alive while it exists.</summary>
    string NetnsOf(string container)
    {
        if (!File.Exists(_root[container]))
            File.WriteAllText(_root[container], "");
        return _root[container];
    }

    CniResult Add(string mappings, string keys = "\"type\":\"portmap\"", string? previous = Previous, string container = "pod1")
    {
        var request = Request(mappings, keys, previous, container);
        return new PortMapAdd(request, PortMapConfig.Parse(request), _node, Records, _node).Run();
    }

    void Delete(string mappings, string container = "pod1") =>
        new PortMapDelete(Request(mappings, previous: null, container: container), _node, Records, _node).Run();

    void Check(string mappings, FakePorts node, string? previous = Previous)
    {
        var request = Request(mappings, previous: previous);
        new PortMapCheck(request, PortMapConfig.Parse(request), node).Run();
    }

    /// <param name="list">The list; empty for a request without the key.</param>
    void Collect(string list)
    {
        var key = list.Length > 0 ? $",\"cni.dev/valid-attachments\":{list}" : "";
        new PortMapGarbage(Requests.Make($"{{\"name\":\"pods\"{key}}}", log: _log), _node, Records, _node).Run();
    }

    [Fact]
    public void ADD_creates_elements_and_record_and_deletes_old_UDP_connections()
    {
        var result = Add($"{Tcp},{Udp}");
        Assert.Equal(s_elements, _node.Elements);
        Assert.Equal(
            ["remove 0, add 9", "allow localhost on cni0", "forget others of Udp 192.0.2.1 53 to 10.1.0.5 5353"], _node.Calls);
        Assert.Equal(4, result.Ips.Count);
        var record = Assert.Single(Records.ReadAll());
        Assert.Equal("pods,pod1,eth0", Path.GetFileName(Assert.Single(Directory.GetFiles(_root["hostports"]))));
        Assert.Equal(s_elements, HostPortElement.List(record)
            .Select(element => $"{element.Set} {element.What}: {element.Owner}").Order(StringComparer.Ordinal));
        Assert.True(record.Owner.IsAlive);
    }

    [Theory]
    [InlineData("remove 0, add 9")]
    [InlineData("allow localhost on cni0")]
    public void ADD_leaves_nothing_when_a_step_fails(string step)
    {
        _node.Failing.Add(step);
        Assert.Throws<KernelException>(() => Add($"{Tcp},{Udp}"));
        Assert.Empty(_node.Elements.Except([Guard]));
        Assert.Empty(RecordNames);
    }

    [Fact]
    public void ADD_leaves_nothing_if_the_answer_of_the_kernel_is_lost()
    {
        _node.Meanwhile.Enqueue(() => _node.LosesAnswer = true);
        _node.Meanwhile.Enqueue(() => _node.LosesAnswer = false);
        Assert.Throws<KernelException>(() => Add(Tcp));
        Assert.Equal([Guard], _node.Elements);
        Assert.Empty(RecordNames);
    }

    // A read-only or full /run: the Go plugin needs no record either.
    [Fact]
    public void ADD_and_DEL_work_without_record_and_lock()
    {
        File.WriteAllText(_root["hostports"], "a file in the place of the directory");
        _node.Failing.Add("lock");
        Add($"{Tcp},{Udp}");
        Assert.Equal(s_elements, _node.Elements);
        Assert.Contains("could not write the record hostports/pods,pod1,eth0", _log.ToString(), StringComparison.Ordinal);
        Add($"{Tcp},{Udp}");
        Check($"{Tcp},{Udp}", _node);
        Delete($"{Tcp},{Udp}");
        Assert.Equal([Guard], _node.Elements);
        Assert.Contains("continuing without the lock of the host ports: could not lock", _log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_step_without_a_record_is_undone()
    {
        File.WriteAllText(_root["hostports"], "a file in the place of the directory");
        _node.Failing.Add("allow localhost on cni0");
        Assert.Throws<KernelException>(() => Add($"{Tcp},{Udp}"));
        Assert.Empty(_node.Elements.Except([Guard]));
    }

    [Fact]
    public void ADD_waits_for_a_lock_that_another_process_holds()
    {
        Add(Tcp);
        _node.Failing.Add("lock");
        _node.Errno = Errno.ETIMEDOUT;
        Assert.Equal(Errno.ETIMEDOUT, Assert.Throws<KernelException>(() => Delete(Tcp)).Errno);
        Assert.Equal(["pods,pod1,eth0"], RecordNames);
    }

    [Fact]
    public void A_failed_deletion_of_connections_is_only_logged()
    {
        _node.Failing.Add("forget others of Udp 192.0.2.1 53 to 10.1.0.5 5353");
        Add(Udp);
        Assert.Contains("connections to a host port may continue to their former target", _log.ToString(), StringComparison.Ordinal);
        _node.Failing.Add("forget own of Udp 192.0.2.1 53 to 10.1.0.5 5353");
        Delete("");
        Assert.Empty(_node.Elements);
        Assert.Empty(RecordNames);
    }

    [Fact]
    public void A_repeated_ADD_changes_nothing()
    {
        Add($"{Tcp},{Udp}");
        _node.Calls.Clear();
        Add($"{Tcp},{Udp}");
        Assert.DoesNotContain(_node.Calls, call => call.Contains("remove", StringComparison.Ordinal));
        Assert.Equal(s_elements, _node.Elements);
    }

    [Fact]
    public void A_repeated_ADD_with_other_ports_replaces_them()
    {
        Add($"{Tcp},{Udp}", "\"masqAll\":true");
        Assert.Contains("ip cni-bridge hostport-masked masquerading of all to 10.1.0.5: pods/pod1/eth0", _node.Elements);
        Add(Udp);
        Assert.Equal(s_elements.Where(element =>
            !element.Contains("8080", StringComparison.Ordinal) && !element.Contains("127.0.0.1 to", StringComparison.Ordinal) &&
            !element.StartsWith("ip6", StringComparison.Ordinal)), _node.Elements);
        Assert.Single(Assert.Single(Records.ReadAll()).Mappings);
    }

    [Fact]
    public void A_failed_repeated_ADD_keeps_the_record_of_the_first()
    {
        Add(Tcp);
        _node.Failing.Add("remove 0, add 1");
        Assert.Throws<KernelException>(() => Add($"{Tcp},{Udp}"));
        Assert.Single(Assert.Single(Records.ReadAll()).Mappings);
        Assert.Equal(8, _node.Elements.Count());
    }

    [Fact]
    public void A_host_port_of_a_running_pod_is_refused_and_nothing_changes()
    {
        Add(Tcp, container: "other");
        var before = _node.Elements.ToList();
        _node.Calls.Clear();
        Requests.AssertRefused(999, () => Add($"{Udp},{Tcp}"), "host port 8080/tcp of any address is taken by pods/other/eth0");
        Assert.Equal(before, _node.Elements);
        Assert.Empty(_node.Calls);
        Assert.Equal(["pods,other,eth0"], RecordNames);
    }

    [Fact]
    public void A_host_port_of_a_stale_attachment_is_taken_over_under_the_lock()
    {
        Add(Tcp, container: "other", previous: Previous.Replace("10.1.0.5", "10.1.0.9", StringComparison.Ordinal));
        File.Delete(_root["other"]);
        _node.Calls.Clear();
        Add(Tcp);
        Assert.Equal(["lock", "remove 4, add 7", "allow localhost on cni0",
            "forget own of Tcp any 8080 to 10.1.0.9 80", "forget own of Tcp any 8080 to fd00::5 80"], _node.Calls);
        Assert.Equal(["pods,other,eth0", "pods,pod1,eth0"], RecordNames);
        // The elements of the new attachment stay, and so do connections over its ports.
        _node.Calls.Clear();
        Delete("", "other");
        Assert.Equal(["lock", "remove 3, add 0"], _node.Calls);
        Assert.Equal(["pods,pod1,eth0"], RecordNames);
        Assert.Equal(s_elements.Where(element => !element.Contains("53/udp", StringComparison.Ordinal)), _node.Elements);
    }

    // Its record says that the namespace is gone, and this is true. But the record can also belong to another attachment.
    [Theory]
    [InlineData("pods/unknown/eth0")]
    [InlineData("")]
    [InlineData("a comment")]
    [InlineData("../../etc")]
    public void A_host_port_with_an_unknown_owner_is_kept(string owner)
    {
        Add(Tcp);
        var port = _node.List().First(element => element.Mapping is not null);
        Delete("");
        _node.Put(port with { Element = port.Element with { Comment = owner } });
        Requests.AssertRefused(999, () => Add(Tcp), "taken by", owner.Length == 0 ? "an unknown owner" : owner);
    }

    [Fact]
    public void The_second_of_two_concurrent_calls_is_refused()
    {
        _node.Meanwhile.Enqueue(() => Add(Tcp, container: "other"));
        Requests.AssertRefused(999, () => Add($"{Udp},{Tcp}"), "taken by pods/other/eth0");
        Assert.Equal(["pods,other,eth0"], RecordNames);
        Assert.DoesNotContain(_node.Elements, element => element.Contains("pod1", StringComparison.Ordinal));
    }

    [Fact]
    public void Rules_that_disappear_during_ADD_are_created_again()
    {
        _node.Meanwhile.Enqueue(() => throw new KernelException("add elements", Errno.ENOENT));
        Add($"{Tcp},{Udp}");
        Assert.Equal(["remake, remove 0, add 9"], _node.Calls.Where(call => call.Contains("remove", StringComparison.Ordinal)));
        Assert.Equal(s_elements, _node.Elements);
    }

    [Theory]
    [InlineData("\"snat\":false", Previous, "fd00::5,10.1.0.5", 3)]
    // Without an interface index the address may belong to the interface. With another index it does not.
    [InlineData("\"snat\":false", """{"cniVersion":"0.2.0","ip4":{"ip":"10.1.0.7/24"}}""", "10.1.0.7", 2)]
    [InlineData("\"snat\":false",
        """{"cniVersion":"1.0.0","interfaces":[{"name":"eth0"}],"ips":[{"address":"10.1.0.1/24","interface":0},{"address":"10.1.0.8/24","interface":7}]}""",
        "10.1.0.8", 2)]
    [InlineData("\"snat\":false", """{"cniVersion":"1.0.0","ips":[{"address":"10.1.0.8/24","interface":-1}]}""", "10.1.0.8", 2)]
    public void Ports_lead_to_the_first_address_of_the_interface_in_each_family(
        string keys, string previous, string addresses, int count)
    {
        Add($"{Tcp},{Udp}", keys, previous);
        Assert.Equal(count, _node.Elements.Count());
        Assert.Equal(addresses.Split(',').Order(StringComparer.Ordinal), _node.List()
            .Select(element => element.Flow!.PodAddress.ToString()).Distinct().Order(StringComparer.Ordinal));
    }

    /// <summary>The removal of ports of the Go plugin, which runs for requested ports without a record.</summary>
    const string GoPorts = "delete Go's ports of pods pod1";

    [Theory]
    [InlineData("", Previous)]
    [InlineData(Tcp, """{"cniVersion":"1.0.0"}""")]
    [InlineData(Udp, """{"cniVersion":"1.0.0","ips":[{"address":"fd00::5/64"}]}""")]
    [InlineData(Tcp, """{"cniVersion":"1.0.0","interfaces":[{"name":"cni0"}],"ips":[{"address":"fd00::5/64","interface":0}]}""")]
    public void Without_mappings_of_the_families_no_rules_are_created(string mappings, string previous)
    {
        Add(mappings, previous: previous);
        Assert.Empty(_node.Calls);
        Assert.Empty(RecordNames);
        Delete(mappings);
        Assert.Equal(mappings.Length == 0 ? [] : [GoPorts], _node.Calls);
    }

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
    public void A_pod_without_a_link_on_the_node_gets_no_neighbour_elements()
    {
        var node = new FakePorts { Link = null };
        var request = Request(Tcp);
        new PortMapAdd(request, PortMapConfig.Parse(request), node, Records, node).Run();
        Assert.Equal(["remove 0, add 4"], node.Calls);
        Assert.DoesNotContain(node.Elements, element => element.Contains("neighbours", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_a_previous_result_ADD_and_CHECK_are_refused()
    {
        Requests.AssertRefused(7, () => Add(Tcp, previous: null), "must be called as chained plugin");
        Requests.AssertRefused(7, () => Add("", previous: null), "must be called as chained plugin");
        Requests.AssertRefused(999, () => Check(Tcp, _node, null), "Required prevResult missing");
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
