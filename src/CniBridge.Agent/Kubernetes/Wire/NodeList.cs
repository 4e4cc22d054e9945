using CniBridge.Node.Cluster.Sources;

namespace CniBridge.Agent.Kubernetes.Wire;

/// <summary>The answer to a list request.</summary>
/// <param name="ResourceVersion">The state that the list shows; a watch continues from it.</param>
sealed record NodeList(IReadOnlyList<NodeObject> Nodes, string ResourceVersion);
