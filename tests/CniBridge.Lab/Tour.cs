using CniBridge.Lab.Routing;

namespace CniBridge.Lab;

/// <summary>A tour that shows the parts of a cluster one after the other.</summary>
static class Tour
{
    public static Families? FindFamilies(string name) => name switch
    {
        "4" => Families.V4,
        "6" => Families.V6,
        "dual" => Families.Dual,
        _ => null,
    };

    /// <returns>True if every pod reached every other pod with its own address.</returns>
    public static bool Run(Way way, Families families, Transcript transcript)
    {
        using var cluster = new Cluster(way, families, transcript);
        transcript.Say("A host outside sees the node, for pods are masqueraded; a pod on another node sees the pod");
        var pod = cluster.Pods[0];
        foreach (var address in cluster.Router.OutsideAddresses.Concat(cluster.Pods[^1].Addresses))
            WebServer.AddressSeen(pod.Node, pod.Name, address);

        transcript.Say("As it is in the kernel");
        transcript.Output(Picture.Of(cluster));

        transcript.Say("Every pod pings every pod");
        var matrix = new PingMatrix(cluster.Pods);
        transcript.Output(matrix.ToString());
        var wrong = cluster.Pods.Where(receiver => !matrix.Senders(receiver).SequenceEqual(PingWatch.Seen(receiver))).ToList();
        transcript.Output(wrong.Count == 0
            ? "\nEach receiver saw the senders' own addresses, and no other."
            : $"\nSaw other addresses than the senders': {string.Join(", ", wrong.Select(receiver => receiver.Name))}");
        return matrix.Missing.Count == 0 && wrong.Count == 0;
    }
}
