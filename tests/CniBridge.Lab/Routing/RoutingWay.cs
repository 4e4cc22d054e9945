namespace CniBridge.Lab.Routing;

/// <summary>What is done on nodes and on the router in one of the ways.</summary>
abstract class RoutingWay
{
    public static RoutingWay Of(Way way) => way switch
    {
        Way.Routes => new RoutesOnNodes(),
        Way.Agent => new AgentOnNodes(),
        Way.Router => new CentralRouter(),
        Way.Bird => new BirdOnNodes(),
        _ => new FrrOnNodes(),
    };

    public abstract string Title { get; }

    /// <summary>Do nodes have routes to other nodes' pods?</summary>
    public virtual bool IsOnNodes => true;

    /// <summary>On a new node, before it has pods.</summary>
    public virtual void Start(WorkerNode node, Families families)
    {
    }

    /// <summary>When nodes came or went.</summary>
    public virtual void Update(Cluster cluster)
    {
    }

    protected static string Example(string name) => Path.Combine(PluginDirectory.RepositoryRoot, "conf", name);
}
