using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Cluster.Sources;

/// <summary>
/// The nodes in the output of "kubectl get nodes -o json", oldest first. A node without pod CIDRs is valid: it has not been assigned
/// one yet.
/// </summary>
public static class KubernetesNodes
{
    /// <summary>Parses the output of kubectl.</summary>
    /// <param name="source">The name of the input, for error messages.</param>
    /// <exception cref="RuntimeException">The input is not a list of nodes.</exception>
    /// <exception cref="IOException">The input cannot be read completely.</exception>
    public static NodeTable Parse(Stream input, string source) => NodeDocument.Read(input, source, isKubernetes: true);
}
