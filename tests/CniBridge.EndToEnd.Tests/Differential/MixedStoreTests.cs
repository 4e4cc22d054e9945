using System.Globalization;

namespace CniBridge.EndToEnd.Tests.Differential;

/// <summary>Tests of host-local of Go and ours on one store.</summary>
[RunsFirst]
public sealed class MixedStoreTests
{
    /// <summary>A subnet with five addresses for pods, 2 to 6.</summary>
    const string Small = "\"subnet\": \"10.88.0.0/29\"";

    const string SmallIpv6 = "\"subnet\": \"fd00:88::/125\", \"rangeEnd\": \"fd00:88::6\"";

    [Theory]
    [InlineData(Small, "10.88.0.")]
    [InlineData(SmallIpv6, "fd00:88::")]
    public void The_search_continues_after_the_last_address_that_either_plugin_assigned(string ipam, string prefix)
    {
        using var node = MixedNode.Make();
        var handedOut = new List<string>();
        for (var number = 0; number < 12; number++)
        {
            var isGo = number % 2 == 0;
            handedOut.Add(node.Container(isGo, ipam, number).Add().Succeeded().Json.Address());
            node.Container(!isGo, ipam, number).Del().Succeeded();
        }

        // The marker tells the other plugin where to continue.
        Assert.Equal(
            Enumerable.Range(0, 12)
                .Select(number => string.Create(CultureInfo.InvariantCulture, $"{prefix}{2 + (number % 5)}")),
            handedOut);
        Assert.Equal(["last_reserved_ip.0"], node.Files().Keys);
    }

    [Theory]
    [InlineData(true, Small)]
    [InlineData(false, Small)]
    [InlineData(true, SmallIpv6)]
    [InlineData(false, SmallIpv6)]
    public void A_reservation_of_one_plugin_is_respected_and_found_by_the_other(bool goIsFirst, string ipam)
    {
        using var node = MixedNode.Make();
        var first = node.Container(goIsFirst, ipam, 1);
        var second = first with { PluginDirectory = MixedNode.Directory(!goIsFirst) };
        var address = first.Add().Succeeded().Json.Address();

        var other = node.Container(!goIsFirst, ipam, 2) with { Arguments = $"IP={address}" };

        Assert.NotEqual(0, other.Add().ExitCode);
        Assert.NotEqual(0, second.Add().ExitCode);
        second.Check(null).Succeeded();
        Assert.Equal($"container-1\r\neth0", node.Files()[address]);
        second.Del().Succeeded();
        Assert.NotEqual(0, first.Check(null).ExitCode);
        other.Add().Succeeded();
    }

    [Fact]
    public void Our_plugin_reclaims_an_empty_reservation_only_if_no_address_is_free()
    {
        using var node = MixedNode.Make();
        node.Container(isGo: true, Small, 1).Add().Succeeded();
        node.WriteFile($"{MixedNode.Store}/10.88.0.4", "");
        string[] rest = [.. Enumerable.Range(2, 3).Select(number =>
            node.Container(number % 2 == 0, Small, number).Add().Succeeded().Json.Address())];
        Assert.Equal(["10.88.0.3", "10.88.0.5", "10.88.0.6"], rest);

        // Both plugins report a full range alike, except for a range with a leftover.
        Assert.NotEqual(0, node.Container(isGo: true, Small, 5).Add().ExitCode);
        Assert.Equal("10.88.0.4", node.Container(isGo: false, Small, 5).Add().Succeeded().Json.Address());
        Assert.NotEqual(0, node.Container(isGo: false, Small, 6).Add().ExitCode);
        node.Container(isGo: true, Small, 5).Check(null).Succeeded();
    }

    [Theory]
    [InlineData("10.88.0.", 24)]
    [InlineData("fd00:88::", 64)]
    [InlineData("fd00:88:0:1:ffff::", 80)]
    public void No_address_is_assigned_twice_in_hundreds_of_alternating_and_concurrent_calls(string prefix, int length)
    {
        using var node = MixedNode.Make();
        var store = new MixedStoreModel(node, seed: 20_250_101, prefix, length);

        for (var round = 0; round < 30; round++)
        {
            for (var call = 0; call < 10; call++)
            {
                store.CallOne();
            }

            store.CallManyAtOnce();
        }

        Assert.True(store.Calls >= 400, $"only {store.Calls} calls");
        Assert.True(store.TimesFull > 0, "the range was never full");
        Assert.Equal(store.ExpectedFiles(), node.Files().Where(file => file.Key != "last_reserved_ip.0"));
    }

    [Fact]
    public void No_address_is_assigned_twice_or_leaks_in_ten_thousand_alternating_calls()
    {
        using var node = MixedNode.Make();
        node.AddPod("storm");
        var storm = new MixedStoreStorm(node);

        var (added, _) = storm.Run(seed: 1, shells: 1, callsEach: 2000);
        Assert.True(added > 200, $"only {added} addresses by turns");
        (added, var full) = storm.Run(seed: 2, shells: 4, callsEach: 2000);

        Assert.True(added > 1000 && full > 50, $"{added} addresses and {full} times full prove nothing");
        var expected = storm.Held().ToDictionary(held => held.Key, held => $"{held.Value}\r\neth0");
        Assert.Equal(new SortedDictionary<string, string>(expected, StringComparer.Ordinal),
            node.Files().Where(file => file.Key != "last_reserved_ip.0"));
        storm.DeleteAll();
        Assert.Equal(["last_reserved_ip.0"], node.Files().Keys);
    }
}
