using CniBridge.Linux.Addresses;
using CniBridge.Linux.Namespaces;
using CniBridge.Linux.Nftables;
using CniBridge.Linux.Nftables.Expressions;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Nftables.Rules;
using CniBridge.Linux.Nftables.Sets;
using static CniBridge.Linux.Tests.Nftables.Rulesets;

namespace CniBridge.Linux.Tests.Nftables;

/// <summary>Tests of our requests and changes in the kernel of a scratch namespace.</summary>
[Collection(NamespaceTests.Name)]
public sealed class NftSocketTests : IDisposable
{
    readonly ScratchNamespace _scratch = new();
    readonly NetworkNamespace _node;
    readonly NftSocket _socket;

    public NftSocketTests()
    {
        _node = _scratch.Open();
        _socket = _node.Run(() => new NftSocket());
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _node?.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public void Existing_objects_are_found_and_missing_ones_are_null()
    {
        _socket.Commit(Masquerade());
        Assert.Equal("masquerade of pods", _socket.TryGetTable(Cni)!.Comment);
        Assert.Equal(ChainHook.NatPostrouting, _socket.TryGetChain(Cni.Chain("postrouting"))!.Hook);
        Assert.Equal("not to be masqueraded", _socket.TryGetSet(Cni.Set("inside"))!.Comment);
        var rule = Assert.Single(_socket.ListRules(Cni.Chain("leaving")));
        Assert.Equal(rule.Comment, _socket.TryGetRule(Cni.Chain("leaving"), rule.Handle)!.Comment);
        Assert.Equal("ctr/eth0", _socket.TryGetElement(Cni.Set("pods"), [10, 1, 0, 7])!.Comment);

        Assert.Null(_socket.TryGetTable(new TableName(TableFamily.IPv6, "cni")));
        Assert.Null(_socket.TryGetChain(Cni.Chain("elsewhere")));
        Assert.Null(_socket.TryGetSet(Cni.Set("elsewhere")));
        Assert.Null(_socket.TryGetRule(Cni.Chain("leaving"), 4711));
        Assert.Null(_socket.TryGetElement(Cni.Set("pods"), [10, 1, 0, 9]));
        Assert.Null(_socket.TryGetElement(Cni.Set("elsewhere"), [10, 1, 0, 9]));
    }

    [Fact]
    public void A_chain_can_be_made_on_condition_that_it_is_not_there()
    {
        var chain = new NewChain(Cni.Chain("one")) { IsExclusive = true };
        _socket.Commit(new NftBatch().Add(new NewTable(Cni), chain));
        var refusal = Assert.Throws<KernelException>(
            () => _socket.Commit(new NftBatch().Add(new NewTable(Cni), chain, new NewChain(Cni.Chain("two")))));
        Assert.Equal((Errno.EEXIST, chain.Operation), (refusal.Errno, refusal.Operation));
        Assert.Equal(["one"], _socket.ListChains(Cni).Select(entry => entry.Name));
    }

    [Fact]
    public void A_list_contains_only_requested_objects()
    {
        _socket.Commit(HostPorts());
        _socket.Commit(Masquerade());
        Assert.Equal(["cni", "cni_hostports"], _socket.ListTables().Select(table => table.Name).Order());
        Assert.Empty(_socket.ListTables(TableFamily.IPv6));
        Assert.Equal(["leaving", "postrouting"], _socket.ListChains(Cni).Select(chain => chain.Name).Order());
        Assert.Equal(["inside", "pods"], _socket.ListSets(Cni).Select(set => set.Name).Order());
        Assert.Equal(["ctr/eth0", ""], _socket.ListElements(Cni.Set("pods")).Select(element => element.Comment).OrderDescending());

        var elsewhere = new TableName(TableFamily.Inet, "elsewhere");
        Assert.Empty(_socket.ListChains(elsewhere));
        Assert.Empty(_socket.ListSets(elsewhere));
        Assert.Empty(_socket.ListRules(elsewhere.Chain("chain")));
        Assert.Empty(_socket.ListElements(elsewhere.Set("set")));
    }

    [Fact]
    public void Created_rules_are_recognized_in_the_list()
    {
        foreach (var capture in new[] { "nft-masquerade", "nft-spoof-check", "nft-host-ports", "nft-nat", "nft-filter" })
        {
            var batch = Of(capture);
            _socket.Commit(batch);
            foreach (var chain in batch.Messages.OfType<NewChain>())
            {
                var rules = _socket.ListRules(chain.Chain);
                var ours = batch.Messages.OfType<NewRule>().Where(rule => rule.Chain == chain.Chain).ToList();
                Assert.Equal(ours.Count, rules.Count);
                Assert.All(rules, (rule, i) => Assert.True(rule.Does(ours[i].Expressions), $"{capture}, rule {rule.Handle}"));
            }
            foreach (var set in batch.Messages.OfType<NewSet>())
                Assert.True(_socket.TryGetSet(set.Set)!.Is(set));
            _socket.Commit(new NftBatch().Add(new DeleteTable(batch.Messages.OfType<NewTable>().Single().Table)));
        }
        Assert.Empty(_socket.ListTables());
    }

    [Fact]
    public void A_batch_whose_last_change_is_refused_changes_nothing()
    {
        var batch = Masquerade().Add(new NewRule(Cni.Chain("elsewhere"), new Counter()));
        var exception = Assert.Throws<KernelException>(() => _socket.Commit(batch));
        Assert.Equal(
            "could not add a rule to the chain ip cni elsewhere: no such file or directory", exception.Message);
        Assert.Equal(Errno.ENOENT, exception.Errno);
        Assert.Empty(Nft.Run(_scratch, "", "list", "ruleset"));
        _socket.Commit(Masquerade());
        Assert.Single(_socket.ListTables());
    }

    [Fact]
    public void The_first_of_several_refusals_is_thrown()
    {
        var batch = new NftBatch().Add(new NewTable(Cni), new DeleteSet(Cni.Set("first")));
        for (var i = 0; i < 5_000; i++)
            batch.Add(new NewRule(Cni.Chain("elsewhere"), new Counter()));
        var exception = Assert.Throws<KernelException>(() => _socket.Commit(batch));
        Assert.Equal("delete the set ip cni first", exception.Operation);
        Assert.Empty(_socket.ListTables());
    }

    // nf_tables rarely sends an extended acknowledgement.
    [Fact]
    public void The_text_of_the_kernel_is_part_of_the_exception()
    {
        _socket.Commit(Masquerade());
        var wrongKey = new NftBatch().Add(new NewElements(Cni.Set("pods"), new SetElement(new byte[8])));
        var exception = Assert.Throws<KernelException>(() => _socket.Commit(wrongKey));
        Assert.Equal("could not add elements to the set ip cni pods: invalid argument", exception.Message);
        var inUse = new NftBatch().Add(new DeleteSet(Cni.Set("pods")));
        Assert.Equal(Errno.EBUSY, Assert.Throws<KernelException>(() => _socket.Commit(inUse)).Errno);
    }

    [Fact]
    public void An_element_may_be_added_twice_but_not_with_another_value()
    {
        _socket.Commit(HostPorts());
        var ports = new TableName(TableFamily.IPv4, "cni_hostports").Set("ports");
        var same = HostPort(Tcp, "192.0.2.1", 8080, "10.1.0.7", 80, "ctr/eth0");
        _socket.Commit(new NftBatch().AddElements(ports, same));
        var other = same with { Data = Target("10.1.0.9", 80) };
        Assert.Equal(Errno.EEXIST, Refusal(new NftBatch().AddElements(ports, other)));
        Assert.Equal(Errno.EEXIST, Refusal(new NftBatch().Add(new NewElements(ports, same) { IsExclusive = true })));
        _socket.Commit(new NftBatch().DeleteElements(ports, same).AddElements(ports, other));
        Assert.Equal(other.Data, _socket.TryGetElement(ports, same.Key)!.Data);
        _socket.Commit(new NftBatch().DeleteElements(ports, same));
        Assert.Equal(Errno.ENOENT, Refusal(new NftBatch().DeleteElements(ports, same)));
    }

    [Fact]
    public void Rules_have_the_requested_position()
    {
        var chain = Cni.Chain("leaving");
        _socket.Commit(Masquerade());
        var middle = _socket.ListRules(chain)[0].Handle;
        _socket.Commit(new NftBatch().Add(
            new NewRule(chain, new Counter()) { Comment = "last" },
            new NewRule(chain, new Counter()) { Comment = "first", IsInserted = true },
            new NewRule(chain, new Counter()) { Comment = "before", IsInserted = true, Position = middle },
            new NewRule(chain, new Counter()) { Comment = "behind", Position = middle }));
        Assert.Equal(
            ["first", "before", "network podnet", "behind", "last"], _socket.ListRules(chain).Select(rule => rule.Comment));
        _socket.Commit(new NftBatch().Add(new DeleteRule(chain, middle), new FlushChain(Cni.Chain("postrouting"))));
        Assert.Equal(["first", "before", "behind", "last"], _socket.ListRules(chain).Select(rule => rule.Comment));
        Assert.Empty(_socket.ListRules(Cni.Chain("postrouting")));
    }

    // The number exceeds the initial send buffer of the socket, and one list of elements.
    [Theory]
    [InlineData(1)]
    [InlineData(5_000)]
    public void A_batch_accepts_any_number_of_elements(int count)
    {
        var set = Cni.Set("many");
        var elements = new SetElement[count];
        for (var i = 0; i < count; i++)
            elements[i] = new SetElement(Field.Number((uint)i)) { Comment = $"element {i} of very many {new string('x', 60)}" };
        _socket.Commit(new NftBatch().Add(new NewTable(Cni), new NewSet(set, DataType.IPv4Address)).AddElements(set, elements));
        Assert.Equal(
            elements.Select(element => element.Comment).Order(), _socket.ListElements(set).Select(element => element.Comment).Order());
        _socket.Commit(new NftBatch().DeleteElements(set, elements));
        Assert.Empty(_socket.ListElements(set));
    }

    // The kernel resizes a hash table some time after it has grown. A list that is read during that contains some elements twice and misses
    // others.
    [Fact]
    public void A_set_that_has_just_grown_is_listed_completely()
    {
        _socket.Commit(new NftBatch().Add(new NewTable(Cni)));
        for (var round = 0; round < 20; round++)
        {
            var set = Cni.Set($"grown{round}");
            var elements = new SetElement[5_000];
            for (var i = 0; i < elements.Length; i++)
                elements[i] = new SetElement(Field.Number((uint)i)) { Comment = $"{i} {new string('x', 60)}" };
            _socket.Commit(new NftBatch().Add(new NewSet(set, DataType.IPv4Address)).AddElements(set, elements));
            var listed = _socket.ListElements(set);
            Assert.Equal(elements.Select(element => element.Comment).Order(), listed.Select(element => element.Comment).Order());
        }
    }

    [Fact]
    public void A_set_of_ranges_finds_the_range_of_an_address()
    {
        _socket.Commit(Masquerade());
        Assert.Equal("pods", _socket.TryGetElement(Cni.Set("inside"), Field.Address(IpAddress.Parse("10.1.77.77")))!.Comment);
        Assert.NotNull(_socket.TryGetElement(Cni.Set("inside"), Field.Address(IpAddress.Parse("192.0.2.5"))));
        Assert.Null(_socket.TryGetElement(Cni.Set("inside"), Field.Address(IpAddress.Parse("192.0.2.6"))));
        Assert.Null(_socket.TryGetElement(Cni.Set("inside"), Field.Address(IpAddress.Parse("10.2.0.0"))));
    }

    [Fact]
    public void An_empty_batch_succeeds() => _socket.Commit(new NftBatch());

    int Refusal(NftBatch batch) => Assert.Throws<KernelException>(() => _socket.Commit(batch)).Errno;
}
