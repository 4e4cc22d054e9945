using CniBridge.Linux;
using CniBridge.Plugins.PortMap;

namespace CniBridge.Plugins.Tests.PortMap;

/// <summary>Tests of ADD on a node in memory: a failed step leaves nothing and changes no other attachment.</summary>
public sealed class PortMapAddTests : PortMapScene
{
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
}
