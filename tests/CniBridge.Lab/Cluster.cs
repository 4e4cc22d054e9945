using CniBridge.Lab.Routing;

namespace CniBridge.Lab;

/// <summary>Nodes on one LAN with pods, and one way to route their packets.</summary>
sealed class Cluster : IDisposable
{
    readonly Families families;
    readonly RoutingWay way;
    readonly Transcript transcript;
    readonly List<WorkerNode> nodes = [];

    public Families Families => families;

    public Cluster(Way way, Families families, Transcript? transcript = null)
    {
        this.families = families;
        this.way = RoutingWay.Of(way);
        this.transcript = transcript ?? Transcript.None;
        Router = new Router(families, this.transcript);
        try
        {
            this.transcript.Say("Three machines on a LAN");
            for (var number = 1; number <= 3; number++)
                nodes.Add(new WorkerNode(number, number, families, Router, this.transcript));
            foreach (var node in nodes)
                AddPods(node);
            Route();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public Router Router { get; }

    public IReadOnlyList<WorkerNode> Nodes => nodes;

    public IReadOnlyList<Pod> Pods => [.. nodes.SelectMany(node => node.Pods)];

    /// <summary>Creates a node with pods; no node has routes to it before <see cref="Route"/>.</summary>
    public void AddNode(int number, int range)
    {
        transcript.Say("Another machine on the LAN");
        var node = new WorkerNode(number, range, families, Router, transcript);
        nodes.Add(node);
        AddPods(node);
    }

    void AddPods(WorkerNode node)
    {
        transcript.Say($"{node.Name}: a network for pods from {string.Join(" and ", node.PodRanges)}");
        way.Start(node, families);
        node.WriteFile(NodesFile.FilePath, NodesFile.Of(this));
        node.Type("cni-bridge conf init");
        foreach (var letter in "ab")
            node.AddPod($"pod-{node.Number}{letter}");
    }

    /// <summary>Turns a node off without a notice to the other nodes.</summary>
    public void RemoveNode(WorkerNode node)
    {
        nodes.Remove(node);
        node.Dispose();
    }

    /// <summary>Does the work of an administrator after a change of nodes, and waits for the routes that nodes should have.</summary>
    public void Route()
    {
        transcript.Say(way.Title);
        way.Update(this);
        if (way.IsOnNodes)
            WaitForRoutes();
    }

    public TimeSpan WaitForRoutes() => Wait.Until(
        () => nodes.TrueForAll(node => node.HasRoutes(RangesOfOthers(node))), TimeSpan.FromSeconds(45), Describe);

    public IEnumerable<string> RangesOfOthers(WorkerNode node) =>
        nodes.Where(other => other != node).SelectMany(other => other.PodRanges);

    /// <summary>Returns a description of the cluster for the message of a failure.</summary>
    string Describe() => Picture.Of(this) + string.Concat(nodes.Select(node => node.DaemonOutput));

    public void Dispose()
    {
        foreach (var node in nodes)
            node.Dispose();
        Router.Dispose();
    }
}
