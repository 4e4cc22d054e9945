using CniBridge.Linux;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route;
using CniBridge.Node.Cluster.Nodes;

namespace CniBridge.Node.Cluster.Routes;

/// <summary>The reconciliation of the kernel's routes between nodes with a node table.</summary>
public sealed class RouteReconciler(RouteSocket socket)
{
    /// <summary>The last table after the rules were applied. Comparing thousands of nodes takes time.</summary>
    (NodeTable Source, RangePolicy Policy, NodeTable Checked)? _last;

    /// <summary>Sends all changes in one batch. A change that the kernel refuses does not stop the others.</summary>
    /// <param name="name">The name of this node.</param>
    /// <exception cref="KernelException">The kernel's routes cannot be read.</exception>
    public RouteReport Run(NodeTable table, string name, bool isDryRun)
    {
        var snapshot = RouteSnapshot.Take(socket);
        var applied = Apply(snapshot.CreateRangePolicy(table.ClusterCidrs, name), table);
        var wanted = WantedRoutes.OfNode(applied, name);
        var difference = RouteReconciliation.Create(wanted, snapshot);
        List<NodeProblem> problems = [.. difference.Problems];
        return new RouteReport
        {
            Table = applied,
            Wanted = wanted.Routes,
            IsDryRun = isDryRun,
            Changes = isDryRun ? difference.Changes : Apply(difference.Changes, problems),
            Kept = difference.Kept,
            Problems = problems,
        };
    }

    NodeTable Apply(RangePolicy policy, NodeTable table)
    {
        if (_last is { } last && ReferenceEquals(last.Source, table) && last.Policy.IsSameAs(policy))
            return last.Checked;
        var applied = table.Apply(policy);
        _last = (table, policy, applied);
        return applied;
    }

    List<RouteStep> Apply(IReadOnlyList<RouteStep> steps, List<NodeProblem> problems)
    {
        var messages = new INetlinkMessage[steps.Count];
        for (var i = 0; i < messages.Length; i++)
            messages[i] = steps[i].ToMessage();
        var refusals = socket.TryExecute(messages);
        var done = new List<RouteStep>(messages.Length);
        for (var i = 0; i < messages.Length; i++)
        {
            if (refusals[i] is not { } refusal)
                done.Add(steps[i]);
            // A tolerated error is no problem: the route was already gone.
            else if (refusal.Errno != messages[i].Tolerated)
                problems.Add(new NodeProblem(steps[i].Node ?? "routes", refusal.Message));
        }
        return done;
    }
}
