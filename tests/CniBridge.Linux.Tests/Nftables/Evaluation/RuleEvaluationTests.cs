using System.Runtime.InteropServices;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables.Evaluation;
using CniBridge.Linux.Nftables.Rules;
using CniBridge.Linux.Route.Links;
using CniBridge.Linux.Tests.Headers;
using CniBridge.Linux.Tests.Netlink;
using static CniBridge.Linux.Nftables.Evaluation.Outcomes;

namespace CniBridge.Linux.Tests.Nftables.Evaluation;

/// <summary>Tests of rules as the kernel lists them, and of their effect on the packets of a pod.</summary>
public sealed class RuleEvaluationTests
{
    const Outcomes PerhapsAccepted = Accepted | Next, PerhapsDropped = Dropped | Next;

    static readonly Link s_bridge = new() { Index = 7, Name = "cni0" }, s_uplink = new() { Index = 3, Name = "eth0" };

    static readonly PacketSketch s_fromPod =
        new(Family: AddressFamily.IPv4) { Input = s_bridge, Output = s_uplink, Source = IpAddress.Parse("10.88.0.2") };

    static readonly PacketSketch s_toPod =
        new(Family: AddressFamily.IPv4) { Input = s_uplink, Output = s_bridge, Destination = IpAddress.Parse("10.88.0.2") };

    /// <summary>A packet of which only the family is known.</summary>
    static readonly PacketSketch s_unknown = new(Family: AddressFamily.IPv4);

    static readonly PacketSketch s_fromPodV6 =
        new(Family: AddressFamily.IPv6) { Input = s_bridge, Output = s_uplink, Source = IpAddress.Parse("fd00:88::2") };

    /// <summary>
    /// The outcomes by comment: for packets from the pod, to the pod and elsewhere. Null stands for an IPv6 packet from the pod.
    /// </summary>
    static readonly Dictionary<string, Outcomes[]> s_rules = new()
    {
        ["from cni0"] = [Accepted, Next, PerhapsAccepted, Accepted],
        ["to cni0"] = [Next, Accepted, PerhapsAccepted, Next],
        ["not to cni0"] = [Dropped, Next, PerhapsDropped, Dropped],
        ["from any cni"] = [Dropped, Next, PerhapsDropped, Dropped],
        ["from lo"] = [Next, Next, PerhapsAccepted, Next],
        ["from the network"] = [Dropped, PerhapsDropped, PerhapsDropped, Next],
        ["from another network"] = [Next, PerhapsDropped, PerhapsDropped, Next],
        ["not from the network"] = [Next, PerhapsDropped, PerhapsDropped, Next],
        ["from a higher address"] = [Dropped, PerhapsDropped, PerhapsDropped, Next],
        ["from a lower address"] = [Next, PerhapsDropped, PerhapsDropped, Next],
        ["to the pod"] = [PerhapsDropped, Dropped, PerhapsDropped, Next],
        ["from the IPv6 network"] = [Next, Next, Next, Dropped],
        ["IPv6"] = [Next, Next, Next, Dropped],
        ["of known connections"] = [Next, Next, Next, Next],
        ["of new connections"] = [Dropped, Dropped, Dropped, Dropped],
        ["of none"] = [PerhapsAccepted, PerhapsAccepted, PerhapsAccepted, PerhapsAccepted],
        ["with a new destination"] = [Next, Next, Next, Next],
        ["marked"] = [PerhapsAccepted, PerhapsAccepted, PerhapsAccepted, PerhapsAccepted],
        ["to be marked"] = [Next, Next, Next, Next],
        ["to a port"] = [PerhapsAccepted, PerhapsAccepted, PerhapsAccepted, PerhapsAccepted],
        ["from a set"] = [PerhapsAccepted, PerhapsAccepted, PerhapsAccepted, Next],
        ["by a map"] = [Anything, Anything, Anything, Anything],
        ["too many"] = [PerhapsDropped, PerhapsDropped, PerhapsDropped, PerhapsDropped],
        ["logged and dropped"] = [Dropped, Dropped, Dropped, Dropped],
        ["jump to accept"] = [Accepted, Accepted, Accepted, Accepted],
        ["jump to drop"] = [Dropped, Dropped, Dropped, Dropped],
        ["jump to nothing"] = [Next, Next, Next, Next],
        ["leave to nothing"] = [Returned, Returned, Returned, Returned],
        ["maybe jump"] = [PerhapsDropped, PerhapsDropped, PerhapsDropped, PerhapsDropped],
        ["from eth0"] = [Next, Dropped, PerhapsDropped, Next],
        ["return"] = [Returned, Returned, Returned, Returned],
    };

    public static TheoryData<string> Rules => [.. s_rules.Keys];

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_rule_of_nft_has_its_effect(string comment)
    {
        var rule = Answer.Decode("nft-rules-forward", RuleEntry.Decode).Single(rule => rule.Comment == comment);
        Assert.Equal(s_rules[comment], new[] { s_fromPod, s_toPod, s_unknown, s_fromPodV6 }.Select(packet => Run(packet, rule)));
    }

    [Fact]
    public void Every_rule_of_the_capture_is_evaluated() => Assert.Equal(
        s_rules.Keys, Answer.Decode("nft-rules-forward", RuleEntry.Decode).Select(rule => rule.Comment));

    /// <summary>
    /// The outcomes in the order of the capture, whose first lines are the commands: for packets from the pod and to the pod.
    /// </summary>
    public static TheoryData<int, Outcomes, Outcomes> Extensions => new()
    {
        { 0, Next, Next },
        { 1, Dropped, Dropped },
        { 2, Next, Next },
        { 3, PerhapsAccepted, PerhapsAccepted },
        { 4, Next, Next },
        { 5, PerhapsAccepted, PerhapsAccepted },
        { 6, Accepted, Next },
        { 7, Dropped, Next },
        { 8, Next, Next },
        { 9, Dropped, PerhapsDropped },
        { 10, PerhapsAccepted, PerhapsAccepted },
        { 11, PerhapsAccepted, PerhapsAccepted },
        { 12, Anything, Anything },
    };

    [Theory]
    [MemberData(nameof(Extensions))]
    public void A_rule_of_iptables_has_its_effect(int rule, Outcomes fromPod, Outcomes toPod)
    {
        var rules = Answer.Decode("nft-rules-iptables", RuleEntry.Decode);
        Assert.Equal(Extensions.Count, rules.Count);
        Assert.Equal((fromPod, toPod), (Run(s_fromPod, rules[rule]), Run(s_toPod, rules[rule])));
    }

    [Fact]
    public void A_comment_of_iptables_is_found() => Assert.Equal(
        "not these", Assert.Single(Answer.Decode("nft-rules-iptables", RuleEntry.Decode), rule => rule.Comment.Length > 0).Comment);

    [Theory]
    [InlineData(Architecture.X64)]
    [InlineData(Architecture.Arm64)]
    public void The_layout_of_the_conntrack_match_equals_the_headers(Architecture architecture)
    {
        const string type = "struct xt_conntrack_mtinfo";
        SystemHeaders.AssertSame(architecture,
        [
            .. new[] { 2, 3 }.SelectMany(revision => new (string, long)[]
            {
                ($"offsetof({type}{revision}, match_flags)", XtMatch.MatchFlagsOffset),
                ($"offsetof({type}{revision}, invert_flags)", XtMatch.InvertFlagsOffset),
                ($"offsetof({type}{revision}, state_mask)", XtMatch.StateMaskOffset),
            }),
            ("offsetof(struct xt_mark_mtinfo1, mark)", XtMatch.MarkOffset),
            ("offsetof(struct xt_mark_mtinfo1, mask)", XtMatch.MarkMaskOffset),
            ("offsetof(struct xt_mark_mtinfo1, invert)", XtMatch.MarkInvertOffset),
            ("XT_CONNTRACK_STATE_BIT(IP_CT_ESTABLISHED_REPLY)", PacketSketch.Established),
            ("NF_CT_STATE_BIT(IP_CT_ESTABLISHED_REPLY)", PacketSketch.Established),
            ("XT_CONNTRACK_STATE_SNAT", PacketSketch.SourceChangedByXt), ("XT_CONNTRACK_STATE_DNAT", PacketSketch.DestinationChangedByXt),
            ("XT_CONNTRACK_STATE", XtMatch.StateFlag), ("XT_CONNTRACK_STATE_ALIAS", XtMatch.AliasFlag),
            ("XT_CONNTRACK_STATE_BIT(IP_CT_NEW)", PacketSketch.New), ("NF_CT_STATE_BIT(IP_CT_NEW)", PacketSketch.New),
            ("XT_CONNTRACK_STATE_UNTRACKED", PacketSketch.UntrackedByXt), ("NF_CT_STATE_UNTRACKED_BIT", PacketSketch.Untracked),
        ]);
    }

    internal static Outcomes Run(PacketSketch packet, RuleEntry rule) => Run(packet, rule, new FakeTable());

    internal static Outcomes Run(PacketSketch packet, RuleEntry rule, ITableReader table) =>
        new RuleEvaluation(new PacketState(packet), table, chain => chain switch
        {
            "accepting" => Accepted,
            "dropping" => Dropped,
            _ => Next,
        }).Run(rule);
}
