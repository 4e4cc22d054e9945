using CniBridge.Node.Cluster.Nodes;

namespace CniBridge.Agent.Loop;

/// <summary>A log of problems. It reports a problem once when it appears and once when it is solved.</summary>
sealed class ProblemLog(AgentLog log)
{
    HashSet<NodeProblem> _known = [];

    internal void Update(IEnumerable<NodeProblem> problems)
    {
        var now = new HashSet<NodeProblem>(problems);
        foreach (var problem in now)
        {
            if (!_known.Contains(problem))
                log.Problem(problem);
        }
        foreach (var problem in _known)
        {
            if (!now.Contains(problem))
                log.Solved(problem);
        }
        _known = now;
    }
}
