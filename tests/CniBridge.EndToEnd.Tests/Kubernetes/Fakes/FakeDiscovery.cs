namespace CniBridge.EndToEnd.Tests.Kubernetes.Fakes;

/// <summary>The discovery documents of an API server for nodes and the kinds of the manifests.</summary>
static class FakeDiscovery
{
    /// <summary>Returns the document at a path, or null.</summary>
    public static string? Find(string path) => path switch
    {
        "/version" => """{"major": "1", "minor": "32", "gitVersion": "v1.32.0", "platform": "linux/amd64"}""",
        "/api" => """{"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}""",
        "/apis" => $$"""
            {
              "kind": "APIGroupList", "apiVersion": "v1",
              "groups": [{{Group("apps")}}, {{Group("rbac.authorization.k8s.io")}}, {{Group("monitoring.coreos.com")}}]
            }
            """,
        "/api/v1" => Resources("v1",
            Resource("nodes", "Node", false), Resource("namespaces", "Namespace", false),
            Resource("configmaps", "ConfigMap", true), Resource("serviceaccounts", "ServiceAccount", true)),
        "/apis/apps/v1" => Resources("apps/v1", Resource("daemonsets", "DaemonSet", true)),
        "/apis/monitoring.coreos.com/v1" => Resources("monitoring.coreos.com/v1", Resource("podmonitors", "PodMonitor", true)),
        "/apis/rbac.authorization.k8s.io/v1" => Resources("rbac.authorization.k8s.io/v1",
            Resource("clusterroles", "ClusterRole", false), Resource("clusterrolebindings", "ClusterRoleBinding", false)),
        _ => null,
    };

    static string Group(string name)
    {
        var version = $$"""{"groupVersion": "{{name}}/v1", "version": "v1"}""";
        return $$"""{"name": "{{name}}", "versions": [{{version}}], "preferredVersion": {{version}}}""";
    }

    static string Resources(string groupVersion, params string[] resources) => $$"""
        {
          "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "{{groupVersion}}",
          "resources": [{{string.Join(',', resources)}}]
        }
        """;

    static string Resource(string name, string kind, bool isNamespaced) => $$"""
        {
          "name": "{{name}}", "singularName": "", "namespaced": {{(isNamespaced ? "true" : "false")}}, "kind": "{{kind}}",
          "verbs": ["create", "delete", "get", "list", "patch", "update", "watch"]
        }
        """;
}
