namespace CniBridge.EndToEnd.Tests.Differential;

/// <summary>
/// Differences of several scenarios. Each takes the numbers of the steps after which it occurs. Reasons name the row of
/// docs/differences.md if there is one.
/// </summary>
static class Known
{
    public const string Older = "the Go plugins of Debian 12 are older than what ours follows";
    public const string FailingAdd = "differences.md: failing ADD";
    public const string Ownership = "differences.md: DEL of an interface that is no veth";
    public const string OwnNamespace = "differences.md: CNI_NETNS is the node's own namespace";
    public const string InvalidDel = "differences.md: DEL with a configuration that became invalid";
    public const string NoNamespace = "differences.md: DEL without a namespace, or with a plain file at its path";
    public const string SecondAddress = "differences.md: requested address for an interface that has one";
    public const string Rollback = "differences.md: rolling back";
    public const string LoopbackResult = "differences.md: loopback's result";
    public const string RouteMetrics = "differences.md: mtu and advmss of routes";
    public const string DefaultRoutes = "differences.md: a default route in ipam.routes and isDefaultGateway";
    public const string GatewayPerSet = "differences.md: several IPv4 range sets with isGateway";
    public const string LinkRoutes = "differences.md: routes of scope link or nearer without gw";
    public const string HostBits = "a destination with host bits means its network; Go's IPv4 routes fail";
    public const string DefaultGatewayChecked = "CHECK compares the gateway of default routes as of all others";
    public const string NamespaceIdentity = "differences.md: CHECK compares namespaces by identity";

    public const string Arguments = "differences.md: CNI_ARGS with MAC or IP";
    public const string DelegateUndone = "ours calls a failed ADD's program with DEL, as the specification asks; Go does not";

    public const string BridgeMac = "differences.md: MAC of the bridge";
    public const string AnyOrder = "Go takes requested addresses in a random order, ours in the order they are given";
    public const string NoCarrierChange =
        "ours gives the bridge a port that runs; Go's first port does not run yet, and the carrier goes off and on";

    public const string OldAddress =
        "with another address on the bridge Go's ADD fails; ours adds its address, and replaces the other one if no pod uses it";
    public const string GatewayChecked = "CHECK looks at the gateways on the bridge";

    const string NothingThere = "DEL and CHECK make no store where there is none";
    const string RefusedFirst = "what can be known to be wrong is refused before the bridge is made";

    /// <summary>Returns the difference of Go's bridge without a fixed MAC, which loses its MAC with its last port.</summary>
    public static Difference[] ZeroMac(params int[] after) =>
        [new("node/cni0/link/address", "00:00:00:00:00:00", "random", BridgeMac) { After = after }];

    /// <summary>Returns the difference that both ends of a veth pair stay with Go.</summary>
    public static Difference[] PairStays(string pod, string reason, params int[] after) =>
    [
        new($"node/veth({pod} eth0)/*", "*", null, reason) { After = after },
        new($"pod {pod}/eth0/*", "*", null, reason) { After = after },
    ];

    /// <summary>
    /// Returns the difference that a working pair stays with Go: its bridge has a carrier, and ours without ports has none.
    /// </summary>
    public static Difference[] CarrierStays(string reason, params int[] after) =>
    [
        new("node/cni0/link/flags", "*\"LOWER_UP\"*", "*\"NO-CARRIER\"*", reason) { After = after },
        new("node/cni0/link/operstate", "U*", "DOWN", reason) { After = after },
    ];

    /// <summary>Returns the same difference in the routes of the bridge.</summary>
    public static Difference[] RoutesStayUp(string reason, params int[] after) =>
        [new("node/cni0/route/*", "*flags=[]*", "*flags=[\"linkdown\"]*", reason) { After = after }];

    /// <summary>Returns the difference that ADD or CHECK succeeds only with our plugin.</summary>
    public static Difference[] OnlyOursSucceeds(string reason, params int[] after) =>
    [
        new("exit code", "not 0", "0", reason) { After = after },
        new("result", "error", null, reason) { After = after },
    ];

    public static Difference[] OnlyGoSucceeds(string reason, params int[] after) =>
    [
        new("exit code", "0", "not 0", reason) { After = after },
        new("result", null, "error", reason) { After = after },
    ];

    /// <summary>Returns the additional state after an ADD that succeeded only with our plugin.</summary>
    public static Difference[] OursIsAttached(string reason, params int[] after) =>
    [
        .. OnlyOursSucceeds(reason, after),
        new("result/*", null, "*", reason) { After = after },
        new("files/networks/podnet/10.*", null, "*", reason) { After = after },
    ];

    /// <summary>Returns the difference that only our plugin has both ends of the veth pair.</summary>
    public static Difference[] OursIsThere(string pod, string reason, params int[] after) =>
    [
        new("node/cni0/*", null, "*", reason) { After = after },
        new($"node/veth({pod} eth0)/*", null, "*", reason) { After = after },
        new($"pod {pod}/eth0/*", null, "*", reason) { After = after },
    ];

    /// <summary>Returns the difference that only our plugin has added the gateway address with its routes and enabled forwarding.</summary>
    public static Difference[] OursIsGateway(string reason, params int[] after) =>
    [
        new("node/cni0/address/*", null, "*", reason) { After = after },
        new("node/cni0/route/*", null, "*", reason) { After = after },
        .. OursForwards(reason, after),
    ];

    /// <summary>Returns the difference that Go failed before it enabled forwarding.</summary>
    public static Difference[] OursForwards(string reason, params int[] after) =>
    [
        new("node/sysctl/ipv*forward*", "0", "1", reason) { After = after },
        new("node/*/sysctl/ipv* forwarding", "0", "1", reason) { After = after },
    ];

    public static Difference[] NoStoreMade(params int[] after) =>
        [new("files/networks*", "*", null, NothingThere) { After = after }];

    public static Difference[] NoBridgeMade(params int[] after) =>
        [new("node/cni0/*", "*", null, RefusedFirst) { After = after }];

    /// <summary>Returns the difference of a reservation that only Go keeps.</summary>
    public static Difference[] ReservationStays(string address, string reason, params int[] after) =>
        [new($"files/networks/podnet/{address}*", "*", null, reason) { After = after }];
}
