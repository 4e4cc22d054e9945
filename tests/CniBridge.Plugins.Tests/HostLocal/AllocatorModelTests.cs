using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal;
using CniBridge.Plugins.HostLocal.Ranges;
using CniBridge.Plugins.HostLocal.Records;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Recovery;
using CniBridge.Plugins.Tests.HostLocal.Store;

namespace CniBridge.Plugins.Tests.HostLocal;

/// <summary>Tests of thousands of short-lived pods with a simple model of reservations.</summary>
public sealed class AllocatorModelTests
{
    [Theory]
    [InlineData("10.0.0.0/24", 1)]
    [InlineData("10.0.0.0/28 10.0.1.0/27+10.0.1.0-10.0.1.31", 2)]
    [InlineData("10.0.0.0/26|2001:db8::/122", 3)]
    [InlineData("10.0.0.0/30 10.0.1.0/30|10.1.0.0/28|2001:db8::/126", 4)]
    public void No_address_is_assigned_twice_or_to_a_gateway_and_a_full_set_has_no_free_address(string sets, int seed)
    {
        var random = new PseudoRandom(seed);
        var config = AllocatorTests.Config(sets);
        var sizes = config.RangeSets.Select(set => Candidates.List(set, null).Count()).ToArray();
        var (store, model) = (new MemoryStore(), new Dictionary<ReservationOwner, IpAddress[]>());
        var (given, refused) = (0, 0);

        for (var i = 0; i < 20_000; i++)
        {
            var owner = new ReservationOwner($"pod{random.Next(sizes.Min() * 2)}", $"eth{random.Next(2)}");
            if (model.Remove(owner, out var had))
            {
                Array.ForEach(had, address => store.Release(address, owner));
            }
            else if (TryAllocate(store, config, owner) is { } addresses)
            {
                given++;
                Assert.DoesNotContain(addresses, address => model.Values.Any(theirs => theirs.Contains(address)));
                AssertOneOfEachSet(config, addresses);
                model.Add(owner, addresses);
            }
            else
            {
                refused++;
                Assert.Equal(sizes.Min(), model.Count);
            }
            Assert.Equal(model.Count * sizes.Length, store.Reservations.Count);
        }
        Assert.True(given > 4_000 && refused > 100, $"{given} given and {refused} refused prove nothing");
    }

    static void AssertOneOfEachSet(HostLocalConfig config, IpAddress[] addresses)
    {
        Assert.Equal(config.RangeSets.Count, addresses.Length);
        foreach (var (set, address) in config.RangeSets.Zip(addresses))
        {
            var range = set.Find(address);
            Assert.NotNull(range);
            Assert.NotEqual(range.Gateway, address);
        }
    }

    static IpAddress[]? TryAllocate(MemoryStore store, HostLocalConfig config, ReservationOwner owner)
    {
        try
        {
            using var undo = new Rollback(TextWriter.Null);
            var ips = new Allocator(store, owner).Allocate(config, undo);
            undo.Cancel();
            return [.. ips.Select(ip => ip.Address.Address)];
        }
        catch (CniException e) when (e.Message.Contains("no IP addresses available", StringComparison.Ordinal))
        {
            return null;
        }
    }
}
