using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Bridge;

/// <summary>Tests of the key vlanTrunk: the union of its items, and the errors of the Go plugin.</summary>
public sealed class VlanTrunkTests
{
    static string Parse(string trunk) => string.Join(' ', BridgeConfigTests.Parse($$"""{"vlanTrunk":{{trunk}}}""").Trunk
        .Select(range => range.First == range.Last ? $"{range.First}" : $"{range.First}-{range.Last}"));

    [Theory]
    [InlineData("null", "")]
    [InlineData("[]", "")]
    [InlineData("[{}]", "")]
    [InlineData("""[{},{"id":null,"minID":null,"maxID":null},{"unknown":5}]""", "")]
    [InlineData("""[{"id":1}]""", "1")]
    [InlineData("""[{"id":4094}]""", "4094")]
    [InlineData("""[{"minID":1,"maxID":4094}]""", "1-4094")]
    [InlineData("""[{"minID":10,"maxID":10}]""", "10")]
    [InlineData("""[{"minID":100,"maxID":105},{"id":101}]""", "100-105")]
    [InlineData("""[{"id":101},{"minID":200,"maxID":210}]""", "101 200-210")]
    // One item may have both.
    [InlineData("""[{"id":42,"minID":100,"maxID":105}]""", "42 100-105")]
    [InlineData("""[{"ID":42,"minid":100,"MAXID":105}]""", "42 100-105")]
    // The result is ascending, has each VLAN once, and merges adjacent ranges.
    [InlineData("""[{"id":30},{"id":10},{"id":20},{"id":10}]""", "10 20 30")]
    [InlineData("""[{"id":3},{"id":1},{"id":2}]""", "1-3")]
    [InlineData("""[{"minID":10,"maxID":20},{"minID":15,"maxID":30}]""", "10-30")]
    [InlineData("""[{"minID":10,"maxID":20},{"minID":21,"maxID":30}]""", "10-30")]
    [InlineData("""[{"minID":10,"maxID":20},{"minID":22,"maxID":30}]""", "10-20 22-30")]
    [InlineData("""[{"minID":10,"maxID":40},{"minID":20,"maxID":30},{"id":41}]""", "10-41")]
    public void Trunk_items_are_merged(string trunk, string ranges) => Assert.Equal(ranges, Parse(trunk));

    [Theory]
    [InlineData("""{"minID":100}""", "maxID = null", "minID and maxID should be configured simultaneously, maxID is missing")]
    [InlineData("""{"maxID":100}""", "minID = null", "minID and maxID should be configured simultaneously, minID is missing")]
    // An id does not complete half of a range.
    [InlineData("""{"id":5,"minID":100}""", "maxID = null", "minID and maxID should be configured simultaneously, maxID is missing")]
    [InlineData("""{"minID":-1,"maxID":1000}""", "minID = -1", "incorrect trunk minID parameter")]
    [InlineData("""{"minID":0,"maxID":1000}""", "minID = 0", "incorrect trunk minID parameter")]
    [InlineData("""{"minID":5000,"maxID":5001}""", "minID = 5000", "incorrect trunk minID parameter")]
    [InlineData("""{"minID":4095,"maxID":4095}""", "minID = 4095", "incorrect trunk minID parameter")]
    [InlineData("""{"minID":1,"maxID":5000}""", "maxID = 5000", "incorrect trunk maxID parameter")]
    [InlineData("""{"minID":1,"maxID":4095}""", "maxID = 4095", "incorrect trunk maxID parameter")]
    [InlineData("""{"minID":1,"maxID":0}""", "maxID = 0", "incorrect trunk maxID parameter")]
    [InlineData("""{"minID":1000,"maxID":100}""", "minID = 1000", "minID is greater than maxID in trunk parameter")]
    [InlineData("""{"id":5000}""", "id = 5000", "incorrect trunk id parameter")]
    [InlineData("""{"id":4095}""", "id = 4095", "incorrect trunk id parameter")]
    [InlineData("""{"id":-1}""", "id = -1", "incorrect trunk id parameter")]
    [InlineData("""{"id":0}""", "id = 0", "incorrect trunk id parameter")]
    [InlineData("""{"id":0,"minID":1,"maxID":2}""", "id = 0", "incorrect trunk id parameter")]
    public void An_invalid_trunk_item_is_refused_with_its_position_and_value(string item, string value, string why)
    {
        AssertRefused($"[{item}]", $"invalid network config: vlanTrunk[0].{value}: {why}");
        AssertRefused($$"""[{"id":7},{},{{item}}]""", $"invalid network config: vlanTrunk[2].{value}: {why}");
    }

    [Fact]
    public void A_trunk_item_that_is_not_an_object_is_refused() =>
        AssertRefused("""[{"id":7},null]""", "invalid network config: vlanTrunk[1] = null: expected an object");

    static void AssertRefused(string trunk, string message)
    {
        var refusal = Assert.Throws<CniException>(() => Parse(trunk));
        Assert.Equal((CniErrorCode.InvalidConfig, message), (refusal.Code, refusal.Message));
    }
}
