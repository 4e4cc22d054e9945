using System.Text;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Nftables.Sets;
using CniBridge.Linux.Tests.Netlink;

namespace CniBridge.Linux.Tests.Nftables;

public sealed class SetElementTests
{
    // The list arrives in parts, the last of which is empty.
    [Fact]
    public void The_elements_of_a_map_are_decoded()
    {
        var elements = Decode("nft-elements-host-ports");
        Assert.Equal(2, elements.Count);
        var element = Assert.Single(elements, element => element.Comment == "ctr/eth0");
        Assert.Equal("06000000c00002011f900000", Convert.ToHexStringLower(element.Key));
        Assert.Equal("0a01000700500000", Convert.ToHexStringLower(element.Data!));
        Assert.Null(element.Verdict);
        Assert.Null(element.KeyEnd);
    }

    [Fact]
    public void One_element_is_decoded()
    {
        var element = Assert.Single(Decode("nft-element"));
        Assert.Equal([10, 1, 0, 7], element.Key);
        Assert.Equal(("ctr/eth0", false), (element.Comment, element.IsIntervalEnd));
    }

    [Fact]
    public void Verdicts_are_decoded() => Assert.Equal(
        [
            ("eth0", Verdict.Jump(Rulesets.Cni.Chain("plain"))), ("eth1", Verdict.Goto(Rulesets.Cni.Chain("plain"))),
            ("eth2", Verdict.Accept), ("eth3", Verdict.Return), ("lo", Verdict.Drop),
        ],
        Decode("nft-elements-verdicts").Select(element => (Encoding.ASCII.GetString(element.Key).TrimEnd('\0'), element.Verdict!)).Order());

    [Fact]
    public void Ranges_of_one_field_are_decoded_as_their_ends()
    {
        var elements = Decode("nft-elements");
        Assert.Equal("pods", Assert.Single(elements, element => element.Key is [10, 1, 0, 0]).Comment);
        Assert.True(Assert.Single(elements, element => element.Key is [10, 2, 0, 0]).IsIntervalEnd);
    }

    [Fact]
    public void Ranges_of_several_fields_are_decoded()
    {
        var element = Decode("nft-elements-ranges")[0];
        Assert.Equal("0a00000000500000 0affffff005a0000 low",
            $"{Convert.ToHexStringLower(element.Key)} {Convert.ToHexStringLower(element.KeyEnd!)} {element.Comment}");
    }

    // NFT_SET_ELEM_CATCHALL
    [Fact]
    public void An_element_that_stands_for_all_other_keys_has_no_key() => Assert.Empty(Assert.Single(SetElement.DecodeList(
        Golden.Bytes("02 00 00 00 10 00 03 00 0c 00 01 00 08 00 03 00 00 00 00 02"))).Key);

    static List<SetElement> Decode(string capture) => [.. Answer.Decode(capture, SetElement.DecodeList).SelectMany(part => part)];
}
