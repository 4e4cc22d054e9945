using System.Text.Json;

namespace CniBridge.EndToEnd.Tests.Kubernetes;

/// <summary>Tests of conf/kubernetes with kubectl, and of required settings.</summary>
public sealed class ManifestTests
{
    const string Pod = "spec/template/spec";

    [Fact]
    public void kubectl_would_apply_all_objects()
    {
        using var cluster = new Cluster();

        var applied = Kubectl.Run(
            cluster.Node, "apply", "--dry-run=client", "--validate=false", "-o", "name", "-k", Manifests.Directory).Succeeded();

        Assert.Equal(
            [
                "clusterrole.rbac.authorization.k8s.io/cni-bridge", "clusterrolebinding.rbac.authorization.k8s.io/cni-bridge",
                "configmap/cni-bridge", "daemonset.apps/cni-bridge", "serviceaccount/cni-bridge",
            ],
            applied.Stdout.TrimEnd('\n').Split('\n').Select(WithoutHash).Order(StringComparer.Ordinal));
    }

    /// <summary>Returns a name without the hash of a generated ConfigMap's content.</summary>
    static string WithoutHash(string name) =>
        name.StartsWith("configmap/cni-bridge-", StringComparison.Ordinal) ? "configmap/cni-bridge" : name;

    // The name of the settings is in the pod template, so that a change restarts the agents.
    [Fact]
    public void A_change_of_the_settings_replaces_the_pods()
    {
        using var cluster = new Cluster();
        var copy = $"{ScratchNode.Directory}/copy";
        cluster.Node.Run("cp", "-r", Manifests.Directory, copy).Succeeded();
        var before = Template();
        cluster.Node.Run("sed", "-i", "s/10.96.0.0/10.97.0.0/", $"{copy}/kustomization.yaml").Succeeded();
        var changed = Template();
        cluster.Node.Run("sed", "-i", "s/:6443/:443/", $"{copy}/kubeconfig").Succeeded();

        Assert.NotEqual(before, changed);
        Assert.NotEqual(changed, Template());

        string Template() => Manifests.Read(cluster.Node, copy).Of("DaemonSet").At("spec/template").GetRawText();
    }

    [Fact]
    public void A_rollout_stops_at_nodes_that_are_not_ready()
    {
        using var cluster = new Cluster();

        Assert.Equal("10%", cluster.Objects.Of("DaemonSet").At("spec/updateStrategy/rollingUpdate/maxUnavailable").GetString());
        Assert.Equal("RuntimeDefault", cluster.Pod("securityContext/seccompProfile/type").GetString());
        foreach (var (probe, path) in new[] { ("startupProbe", "/healthz"), ("livenessProbe", "/healthz"), ("readinessProbe", "/readyz") })
        {
            var request = cluster.Pod($"containers/agent/{probe}/httpGet");
            Assert.Equal(path, request.At("path").GetString());
            Assert.Contains($"--listen={request.At("host").GetString()}:{request.At("port").GetInt32()}", cluster.AgentArguments());
        }
    }

    // kubectl decodes the object into its own types and prints it, which removes every unknown key.
    [Theory]
    [InlineData("DaemonSet", "readOnlyRootFilesystem", "serviceaccount", "another")]
    [InlineData("ClusterRoleBinding", "roleRef", "subject", "--serviceaccount=kube-system:another")]
    public void Misspelt_keys_are_found(string kind, string key, params string[] change)
    {
        using var cluster = new Cluster();
        var written = cluster.Objects.Of(kind).GetRawText()
            .Replace("serviceAccountName\": \"cni-bridge", "serviceAccountName\": \"another", StringComparison.Ordinal);

        AssertSpelt(cluster.Node, written, change);
        Assert.ThrowsAny<Exception>(() =>
            AssertSpelt(cluster.Node, written.Replace($"\"{key}\"", $"\"{key}s\"", StringComparison.Ordinal), change));
    }

    static void AssertSpelt(ScratchNode node, string written, string[] change)
    {
        const string path = $"{ScratchNode.Directory}/object.json";
        node.WriteFile(path, written);
        var typed = Kubectl.Run(node, ["set", .. change, "--local", "-f", path, "-o", "json"]).Succeeded().Json;
        using var document = JsonDocument.Parse(written);
        AssertHolds(typed, document.RootElement, "");
    }

    [Fact]
    public void The_agent_may_read_nodes_and_nothing_else()
    {
        using var cluster = new Cluster();
        var expected = Kubectl.Run(
            cluster.Node, "create", "clusterrole", "cni-bridge", "--verb=list,watch", "--resource=nodes",
            "--dry-run=client", "-o", "json").Succeeded().Json;

        var binding = cluster.Objects.Of("ClusterRoleBinding");

        Assert.True(
            JsonElement.DeepEquals(expected.At("rules"), cluster.Objects.Of("ClusterRole").At("rules")),
            cluster.Objects.Of("ClusterRole").ToString());
        Assert.Equal("cni-bridge", binding.At("roleRef/name").GetString());
        Assert.Equal("ClusterRole", binding.At("roleRef/kind").GetString());
        var subject = Assert.Single(binding.At("subjects").EnumerateArray());
        var account = cluster.Objects.Of("ServiceAccount").At("metadata");
        Assert.Equal(account.At("name").GetString(), subject.At("name").GetString());
        Assert.Equal(account.At("namespace").GetString(), subject.At("namespace").GetString());
        Assert.Equal(account.At("name").GetString(), cluster.Pod("serviceAccountName").GetString());
    }

    [Fact]
    public void The_agent_runs_on_every_node_before_the_network_exists()
    {
        using var cluster = new Cluster();
        Assert.True(cluster.Pod("hostNetwork").GetBoolean());
        Assert.Equal("Default", cluster.Pod("dnsPolicy").GetString());
        Assert.Equal("system-node-critical", cluster.Pod("priorityClassName").GetString());
        var term = Assert.Single(cluster
            .Pod("affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms").EnumerateArray());
        var expression = Assert.Single(term.At("matchExpressions").EnumerateArray());
        Assert.Equal("kubernetes.io/arch", expression.At("key").GetString());
        Assert.Equal(["amd64", "arm64"], expression.At("values").Texts());
        Assert.Equal("""{"kubernetes.io/os":"linux"}""", JsonSerializer.Serialize(cluster.Pod("nodeSelector")));
        var toleration = Assert.Single(cluster.Pod("tolerations").EnumerateArray());
        Assert.Equal("""{"operator":"Exists"}""", JsonSerializer.Serialize(toleration));
    }

    [Theory]
    [InlineData("initContainers/install")]
    [InlineData("containers/agent", "NET_ADMIN")]
    public void Containers_have_the_least_privileges(string container, params string[] capabilities)
    {
        using var cluster = new Cluster();
        var context = cluster.Pod($"{container}/securityContext");

        Assert.Equal(["ALL"], context.At("capabilities/drop").Texts());
        Assert.Equal(capabilities, context.At("capabilities").TryGetProperty("add", out var added) ? added.Texts() : []);
        Assert.True(context.At("readOnlyRootFilesystem").GetBoolean());
        Assert.False(context.At("allowPrivilegeEscalation").GetBoolean());
        Assert.False(context.TryGetProperty("privileged", out _));
        foreach (var other in new[] { "hostPID", "hostIPC", "shareProcessNamespace" })
        {
            Assert.False(cluster.Objects.Of("DaemonSet").At(Pod).TryGetProperty(other, out _), other);
        }
    }

    [Theory]
    [InlineData("initContainers/install", "/opt/cni/bin=/host/opt/cni/bin")]
    [InlineData(
        "containers/agent", "/etc/cni/net.d=/etc/cni/net.d", "/var/lib/cni-bridge=/var/lib/cni-bridge", "/run/cni-bridge=/run/cni-bridge")]
    public void Containers_write_only_to_the_listed_directories_of_the_node(string container, params string[] mounts)
    {
        using var cluster = new Cluster();
        var written = cluster.Pod($"{container}/volumeMounts").EnumerateArray()
            .Where(mount => !mount.TryGetProperty("readOnly", out var isReadOnly) || !isReadOnly.GetBoolean()).ToList();

        Assert.Equal(mounts, written.Select(mount =>
        {
            var volume = cluster.Pod($"volumes/{mount.At("name").GetString()}/hostPath");
            Assert.Equal("DirectoryOrCreate", volume.At("type").GetString());
            return $"{volume.At("path").GetString()}={mount.At("mountPath").GetString()}";
        }));
    }

    [Fact]
    public void The_agent_finds_its_kubeconfig()
    {
        using var cluster = new Cluster();
        var items = cluster.Pod("volumes/settings/configMap/items");
        var item = Assert.Single(items.EnumerateArray());
        var mount = Assert.Single(
            cluster.Pod("containers/agent/volumeMounts").EnumerateArray(), mount => mount.At("name").GetString() == "settings");

        Assert.Equal("kubeconfig", item.At("key").GetString());
        Assert.Contains(
            $"--kubeconfig={mount.At("mountPath").GetString()}/{item.At("path").GetString()}", cluster.AgentArguments());
    }

    [Fact]
    public void The_image_is_set_in_one_place()
    {
        using var cluster = new Cluster();
        var images = new[] { "initContainers/install", "containers/agent" }.Select(name => cluster.Pod($"{name}/image").GetString()!)
            .ToList();
        Assert.Equal(images[0], images[1]);
        Assert.Matches("^registry.example/cni-bridge:[0-9.]+$", images[0]);
        Assert.Equal(["/cni-bridge"], cluster.Pod("initContainers/install/command").Texts());
        Assert.Equal(["install", "--bin-dir", "/host/opt/cni/bin"], cluster.Pod("initContainers/install/args").Texts());
    }

    [Fact]
    public void The_program_accepts_the_arguments_of_the_agent()
    {
        using var cluster = new Cluster();
        Assert.Equal("spec.nodeName", cluster.Pod("containers/agent/env/NODE_NAME/valueFrom/fieldRef/fieldPath").GetString());
        var arguments = cluster.AgentArguments();
        Assert.Equal(["/cni-bridge-agent"], cluster.Pod("containers/agent/command").Texts());
        Assert.DoesNotContain(arguments, argument => argument.Contains('$', StringComparison.Ordinal));

        var help = cluster.Node.Run(AgentProgram.Path, "--help").Succeeded().Stdout;

        Assert.All(
            arguments.Where(argument => argument.StartsWith("--", StringComparison.Ordinal)),
            argument => Assert.Contains(argument.Split('=')[0], help, StringComparison.Ordinal));
    }

    /// <summary>Asserts that every key of one element is in the other with its value.</summary>
    static void AssertHolds(JsonElement whole, JsonElement part, string path)
    {
        Assert.True(whole.ValueKind == part.ValueKind, $"{path} is {whole}, and was {part}");
        switch (part.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in part.EnumerateObject())
                {
                    Assert.True(whole.TryGetProperty(property.Name, out var value), $"no type has {path}/{property.Name}");
                    AssertHolds(value, property.Value, $"{path}/{property.Name}");
                }

                break;
            case JsonValueKind.Array:
                Assert.InRange(part.GetArrayLength(), 1, whole.GetArrayLength());
                for (var i = 0; i < part.GetArrayLength(); i++)
                {
                    AssertHolds(whole[i], part[i], $"{path}/{i}");
                }

                break;
            default:
                Assert.Equal(part.GetRawText(), whole.GetRawText());
                break;
        }
    }
}
