using CniBridge.Agent.Kubernetes.Wire;

namespace CniBridge.Agent.Kubernetes;

/// <summary>An observer of the fields of nodes that do not matter for routes. The watch calls it on its own thread.</summary>
interface INodeObserver
{
    /// <summary>Takes a list of all nodes.</summary>
    void Replace(NodeList list);

    /// <summary>Takes one event of the watch.</summary>
    void Apply(NodeEvent one);
}
