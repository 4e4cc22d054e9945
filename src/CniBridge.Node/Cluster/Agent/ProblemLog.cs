namespace CniBridge.Node.Cluster.Agent;

/// <summary>Tells of a problem when it appears and when it is gone, not every time that it is looked at.</summary>
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
