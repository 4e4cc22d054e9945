namespace CniBridge.Lab.Routing;

/// <summary>The work on nodes and router for one of the ways to route.</summary>
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

    /// <summary>True if nodes have routes to pods of other nodes.</summary>
    public virtual bool IsOnNodes => true;

    /// <summary>Prepares a new node before it has pods.</summary>
    public virtual void Start(WorkerNode node, Families families)
    {
    }

    /// <summary>Updates the routes after a change of nodes.</summary>
    public virtual void Update(Cluster cluster)
    {
    }

    protected static string Example(string name) => Path.Combine(PluginDirectory.RepositoryRoot, "conf", name);
}
