using CniBridge.Lab.Routing;

namespace CniBridge.EndToEnd.Tests.Clusters;

/// <summary>Routes on each node, made by cni-bridge routes sync.</summary>
public sealed class RoutesOnNodesTests(StartedClusters clusters) : WayTests(clusters, Way.Routes);
