namespace CniBridge.EndToEnd.Tests.Differential;

/// <summary>Steps in short form for the tables of scenarios.</summary>
static class Steps
{
    public static Step Add(string pod) => new("ADD", pod);

    public static Step Check(string pod) => new("CHECK", pod);

    public static Step Del(string pod) => new("DEL", pod);

    /// <summary>Returns a command of the administrator of the node.</summary>
    public static Step Sh(string command) => new(Step.Shell, command);

    /// <summary>Returns an ADD that fails.</summary>
    public static Step NoAdd(string pod) => new("ADD", pod) { Fails = true };

    /// <summary>Returns a CHECK that reports a problem.</summary>
    public static Step NoCheck(string pod) => new("CHECK", pod) { Fails = true };

    /// <summary>The usual life of two pods with ADD, CHECK and DEL. The second pod has two DELs.</summary>
    public static IReadOnlyList<Step> TwoPods =>
        [Add("a"), Add("b"), Check("a"), Check("b"), Del("a"), Del("b"), Del("b")];

    /// <summary>
    /// The life of two pods one after the other. Without a fixed MAC, Go's bridge changes its MAC with its pods, so that CHECK of an
    /// earlier pod may fail.
    /// </summary>
    public static IReadOnlyList<Step> TwoPodsOneByOne =>
        [Add("a"), Check("a"), Add("b"), Check("b"), Del("a"), Del("b"), Del("b")];

    /// <summary>The life of two pods without CHECK, for versions that have none and for routes that Go's CHECK does not find.</summary>
    public static IReadOnlyList<Step> TwoPodsUnchecked => [Add("a"), Add("b"), Del("a"), Del("b"), Del("b")];

    public static IReadOnlyList<Step> OnePod => [Add("a"), Check("a"), Del("a")];

    public static IReadOnlyList<Step> OnePodUnchecked => [Add("a"), Del("a")];

    /// <summary>A refused ADD that changes nothing.</summary>
    public static IReadOnlyList<Step> Refused => [NoAdd("a") with { ChangesNothing = true }];
}
