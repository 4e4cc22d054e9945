using CniBridge.Lab.Routing;

namespace CniBridge.EndToEnd.Tests.Clusters;

/// <summary>Tests of routes on each node that cni-bridge routes sync creates.</summary>
public sealed class RoutesOnNodesTests(StartedClusters clusters) : WayTests(clusters, Way.Routes);
