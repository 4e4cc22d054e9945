using CniBridge.Plugins.Firewall;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Firewall;

/// <summary>Tests of names that the Go plugins create for the same attachments.</summary>
public sealed class GoNamesTests
{
    [Fact]
    public void Chains_are_named_as_Go_names_them()
    {
        Assert.Equal("CNI-a11d80892441976f572685fa", GoNames.MasqueradeChain("podnet", "cont1"));
        Assert.Equal("CNI-DN-a11d80892441976f57268", GoNames.DestinationChain("podnet", "cont1"));
        Assert.Equal("CNI-SN-a11d80892441976f57268", GoNames.SourceChain("podnet", "cont1"));
    }

    [Fact]
    public void Comments_begin_as_Go_begins_them()
    {
        const string comment = "6fd94d501e58f0aa-287fc69eff0574a2, net: unit-test, if: eth0, id: one";
        Assert.StartsWith(GoNames.CommentPrefix(new Attachment("unit-test", "one", "eth0")), comment, StringComparison.Ordinal);
        Assert.StartsWith(GoNames.CommentPrefix("unit-test"), comment, StringComparison.Ordinal);
        Assert.DoesNotContain(GoNames.CommentPrefix(new Attachment("unit-test", "one", "eth1")), comment, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name: \"pods\" id: \"one\"", "one")]
    [InlineData("name: \"pods\" id: \"\"", "")]
    [InlineData("name: \"pods\" id: \"one", null)]
    [InlineData("name: \"pods\" id: \"", null)]
    [InlineData("name: \"pods2\" id: \"one\"", null)]
    [InlineData("dnat name: \"pods\" id: \"one\"", null)]
    [InlineData("", null)]
    public void The_container_is_parsed_from_a_complete_comment_of_the_network(string comment, string? container) =>
        Assert.Equal(container, GoNames.TryParseContainer(comment, "pods"));

    [Theory]
    [InlineData("dnat name: \"pods\" id: \"one\"", "one")]
    [InlineData("dnat name: \"pods2\" id: \"one\"", null)]
    [InlineData("dnat name: \"pods\" id: \"one...", null)]
    [InlineData("snat name: \"pods\" id: \"one\"", null)]
    [InlineData("name: \"pods\" id: \"one\"", null)]
    public void The_container_is_parsed_from_a_comment_of_a_port_mapping(string comment, string? container) =>
        Assert.Equal(container, GoNames.TryParseContainer(comment, "pods", "dnat "));
}
