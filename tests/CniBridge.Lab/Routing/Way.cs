namespace CniBridge.Lab.Routing;

/// <summary>A way for packets to reach the pods of other nodes.</summary>
enum Way
{
    /// <summary>Each node has a route to the pods of each other node, created by a command of the administrator.</summary>
    Routes,

    /// <summary>Each node has the same routes, maintained by an agent.</summary>
    Agent,

    /// <summary>Nodes have only a default route to a router that has all routes.</summary>
    Router,

    Bird,

    Frr,
}
