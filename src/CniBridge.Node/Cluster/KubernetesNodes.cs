using CniBridge.Node.Runtime;

namespace CniBridge.Node.Cluster;

/// <summary>
/// The nodes in what 'kubectl get nodes -o json' prints: those that are there longest first. A node that was given no pod
/// range yet has none; that is no problem.
/// </summary>
public static class KubernetesNodes
{
    /// <param name="source">What messages call it.</param>
    /// <exception cref="RuntimeException">No list of nodes.</exception>
    /// <exception cref="IOException">It cannot be read to its end.</exception>
    public static NodeTable Parse(Stream input, string source) => NodeDocument.Read(input, source, isKubernetes: true);
}
