namespace CniBridge.EndToEnd.Tests.Differential;

/// <summary>Words for the tables of scenarios.</summary>
static class Steps
{
    public static Step Add(string pod) => new("ADD", pod);

    public static Step Check(string pod) => new("CHECK", pod);

    public static Step Del(string pod) => new("DEL", pod);

    /// <summary>A command of the administrator of the node.</summary>
    public static Step Sh(string command) => new(Step.Shell, command);

    /// <summary>An ADD that fails.</summary>
    public static Step NoAdd(string pod) => new("ADD", pod) { Fails = true };

    /// <summary>A CHECK that finds something wrong.</summary>
    public static Step NoCheck(string pod) => new("CHECK", pod) { Fails = true };

    /// <summary>The usual life: two pods come, are looked at and go; the second one twice.</summary>
    public static IReadOnlyList<Step> TwoPods =>
        [Add("a"), Add("b"), Check("a"), Check("b"), Del("a"), Del("b"), Del("b")];

    /// <summary>
    /// Where nothing pins the MAC of Go's bridge, it changes when a pod comes or goes: an earlier one's CHECK may fail.
    /// </summary>
    public static IReadOnlyList<Step> TwoPodsOneByOne =>
        [Add("a"), Check("a"), Add("b"), Check("b"), Del("a"), Del("b"), Del("b")];

    /// <summary>The same with a version that has no CHECK, or with routes that Go's CHECK does not find.</summary>
    public static IReadOnlyList<Step> TwoPodsUnchecked => [Add("a"), Add("b"), Del("a"), Del("b"), Del("b")];

    public static IReadOnlyList<Step> OnePod => [Add("a"), Check("a"), Del("a")];

    public static IReadOnlyList<Step> OnePodUnchecked => [Add("a"), Del("a")];

    /// <summary>ADD is refused, and nothing is as it was not before.</summary>
    public static IReadOnlyList<Step> Refused => [NoAdd("a") with { ChangesNothing = true }];
}
