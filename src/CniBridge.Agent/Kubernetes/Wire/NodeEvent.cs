using CniBridge.Node.Cluster.Sources;

namespace CniBridge.Agent.Kubernetes.Wire;

enum NodeEventType
{
    Added,
    Modified,
    Deleted,

    /// <summary>The node has only a resource version: the watch has seen all changes until then.</summary>
    Bookmark,

    /// <summary>The watch cannot go on; see <see cref="NodeEvent.Failure"/>.</summary>
    Error,
}

/// <summary>One event of a watch (meta/v1 WatchEvent).</summary>
sealed record NodeEvent(NodeEventType Type, NodeObject Node)
{
    /// <summary>The reason of an <see cref="NodeEventType.Error"/>.</summary>
    internal ApiException? Failure { get; init; }

    /// <summary>Returns the type of that name, or null for a type that later servers may send.</summary>
    internal static NodeEventType? FindType(string name) => name switch
    {
        "ADDED" => NodeEventType.Added,
        "MODIFIED" => NodeEventType.Modified,
        "DELETED" => NodeEventType.Deleted,
        "BOOKMARK" => NodeEventType.Bookmark,
        "ERROR" => NodeEventType.Error,
        _ => null,
    };

    internal static NodeEvent CreateError(int code, string message) => new(NodeEventType.Error, new NodeObject())
    {
        Failure = new ApiException($"the API server ended the watch: {(message.Length > 0 ? message : $"code {code}")}")
        {
            NeedsList = code == 410,
        },
    };
}
