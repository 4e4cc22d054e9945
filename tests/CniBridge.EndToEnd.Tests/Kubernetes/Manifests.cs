using System.Text;
using System.Text.Json;

namespace CniBridge.EndToEnd.Tests.Kubernetes;

/// <summary>The manifests of conf/kubernetes as kubectl reads them.</summary>
static class Manifests
{
    public static string Directory => Path.Combine(PluginDirectory.RepositoryRoot, "conf/kubernetes");

    /// <summary>Returns all objects of the kustomization.</summary>
    public static IReadOnlyList<JsonElement> Read(ScratchNode node, string? directory = null)
    {
        // Each object is printed separately without a separator.
        var text = Kubectl.Run(node, "create", "--dry-run=client", "--validate=false", "-o", "json", "-k", directory ?? Directory)
            .Succeeded().Stdout;
        var objects = new List<JsonElement>();
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text), new JsonReaderOptions { AllowMultipleValues = true });
        while (reader.Read())
        {
            objects.Add(JsonElement.ParseValue(ref reader));
        }

        // Old releases print a list instead.
        return objects is [var list] && list.TryGetProperty("items", out var items) ? [.. items.EnumerateArray()] : objects;
    }

    /// <summary>All objects of a user's kustomization with conf/kubernetes in its resources.</summary>
    /// <param name="lines">The other lines; conf/kubernetes is ../kubernetes for them.</param>
    public static IReadOnlyList<JsonElement> ReadOwn(ScratchNode node, string lines)
    {
        const string own = $"{ScratchNode.Directory}/own";
        node.Run("cp", "-r", Directory, $"{ScratchNode.Directory}/kubernetes").Succeeded();
        node.WriteFile($"{own}/kustomization.yaml", $"""
            apiVersion: kustomize.config.k8s.io/v1beta1
            kind: Kustomization
            resources:
            - ../kubernetes

            """ + lines + "\n");
        return Read(node, own);
    }

    public static JsonElement Of(this IEnumerable<JsonElement> objects, string kind) =>
        Assert.Single(objects, found => found.GetProperty("kind").GetString() == kind);

    /// <summary>Returns the value at a path of keys and indexes that are separated by slashes.</summary>
    public static JsonElement At(this JsonElement element, string path)
    {
        foreach (var step in path.Split('/'))
        {
            element = element.ValueKind == JsonValueKind.Array
                ? Assert.Single(element.EnumerateArray(), item => item.GetProperty("name").GetString() == step)
                : element.TryGetProperty(step, out var value) ? value : throw new KeyNotFoundException($"no {step} of {path} in {element}");
        }

        return element;
    }

    public static IEnumerable<string> Texts(this JsonElement list) => list.EnumerateArray().Select(item => item.GetString()!);
}
