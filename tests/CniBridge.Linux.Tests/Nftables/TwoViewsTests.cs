using System.Text.Json.Nodes;
using CniBridge.Linux.Nftables;

namespace CniBridge.Linux.Tests.Nftables;

/// <summary>Tests that nft lists our rulesets exactly like those that it created itself.</summary>
[Collection(NamespaceTests.Name)]
public sealed class TwoViewsTests : IDisposable
{
    readonly ScratchNamespace _theirs = new(), _ours = new();

    public void Dispose()
    {
        _theirs.Dispose();
        _ours.Dispose();
    }

    [Theory]
    [InlineData("nft-masquerade")]
    [InlineData("nft-spoof-check")]
    [InlineData("nft-host-ports")]
    [InlineData("nft-guards")]
    [InlineData("nft-sets")]
    [InlineData("nft-nat")]
    [InlineData("nft-filter")]
    public void Our_ruleset_and_that_of_nft_are_listed_alike(string capture)
    {
        Nft.Run(_theirs, NftCapture.Ruleset(capture), "-f", "-");
        using var node = _ours.Open();
        using var socket = node.Run(() => new NftSocket());
        socket.Commit(Rulesets.Of(capture));

        Assert.Equal(Nft.Run(_theirs, "", "list", "ruleset"), Nft.Run(_ours, "", "list", "ruleset"));
        Assert.Equal(List(_theirs), List(_ours));
        // nft can also load its own list again.
        var list = Nft.Run(_ours, "", "list", "ruleset");
        Nft.Run(_ours, "flush ruleset\n" + list, "-f", "-");
        Assert.Equal(list, Nft.Run(_ours, "", "list", "ruleset"));
    }

    static string List(ScratchNamespace scratch)
    {
        var list = JsonNode.Parse(Nft.Run(scratch, "", "-j", "list", "ruleset"))!;
        RemoveHandles(list);
        return list.ToString();
    }

    static void RemoveHandles(JsonNode? node)
    {
        if (node is JsonObject thing)
        {
            thing.Remove("handle");
            foreach (var (_, child) in thing)
                RemoveHandles(child);
        }
        if (node is JsonArray list)
        {
            foreach (var child in list)
                RemoveHandles(child);
        }
    }
}
