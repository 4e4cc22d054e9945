namespace CniBridge.Lab.Routing;

/// <summary>How packets find the pods of other nodes.</summary>
enum Way
{
    /// <summary>Each node has a route to each other node's pods, made when an administrator says so.</summary>
    Routes,

    /// <summary>The same, kept by an agent.</summary>
    Agent,

    /// <summary>Nodes have one default route, to a router that knows all.</summary>
    Router,

    Bird,

    Frr,
}
