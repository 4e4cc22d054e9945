using System.Text.Json.Nodes;

namespace CniBridge.EndToEnd.Tests.Kubernetes.Fakes;

/// <summary>The Node objects of a cluster, and their changes in the form of watch events.</summary>
sealed class FakeNodes
{
    readonly Dictionary<string, JsonObject> nodes = [];
    readonly List<(int Version, string Text)> events = [];
    readonly object changed = new();
    int version = 1;

    /// <summary>Adds or changes a node.</summary>
    public void Put(string name, string address, params string[] podCidrs) => Put(name, "2026-11-21T00:00:00Z", address, podCidrs);

    /// <summary>Adds or changes a node that was created later than the others.</summary>
    public void PutLater(string name, string address, params string[] podCidrs) => Put(name, "2026-11-22T00:00:00Z", address, podCidrs);

    void Put(string name, string created, string address, string[] podCidrs)
    {
        lock (changed)
        {
            var type = nodes.ContainsKey(name) ? "MODIFIED" : "ADDED";
            var node = NewNode(name, address, podCidrs, created);
            if (nodes.TryGetValue(name, out var before))
            {
                node["status"]!["conditions"] = before["status"]!["conditions"]!.DeepClone();
            }

            nodes[name] = node;
            Tell(type, node);
        }
    }

    /// <summary>Sets a condition of a node, as a controller does.</summary>
    public void SetCondition(string name, string type, string status) => Patch(name, $$$"""
        {"status": {"conditions": [{"type": "{{{type}}}", "status": "{{{status}}}"}]}}
        """);

    /// <summary>Applies a strategic merge patch of conditions, and returns the node. Conditions are merged by their type.</summary>
    public string? Patch(string name, string patch)
    {
        lock (changed)
        {
            if (!nodes.TryGetValue(name, out var node))
            {
                return null;
            }

            var conditions = node["status"]!["conditions"]!.AsArray();
            foreach (var condition in JsonNode.Parse(patch)!["status"]!["conditions"]!.AsArray())
            {
                var type = condition!["type"]!.GetValue<string>();
                conditions.RemoveAll(one => one!["type"]!.GetValue<string>() == type);
                conditions.Add(condition.DeepClone());
            }

            Tell("MODIFIED", node);
            return node.ToJsonString();
        }
    }

    public void Delete(string name)
    {
        lock (changed)
        {
            Assert.True(nodes.Remove(name, out var node), $"there is no node {name}");
            Tell("DELETED", node!);
        }
    }

    /// <summary>Returns all nodes as a NodeList.</summary>
    public string List()
    {
        lock (changed)
        {
            return new JsonObject
            {
                ["kind"] = "NodeList",
                ["apiVersion"] = "v1",
                ["metadata"] = new JsonObject { ["resourceVersion"] = $"{version}" },
                ["items"] = new JsonArray([.. nodes.Values.Select(node => node.DeepClone())]),
            }.ToJsonString();
        }
    }

    public string? Find(string name)
    {
        lock (changed)
        {
            return nodes.TryGetValue(name, out var node) ? node.ToJsonString() : null;
        }
    }

    /// <summary>The current version of the list.</summary>
    public int Version
    {
        get
        {
            lock (changed)
            {
                return version;
            }
        }
    }

    /// <summary>Returns the first change after a version. Null if none occurs in time.</summary>
    public (int Version, string Text)? WaitForChange(int after, TimeSpan timeout)
    {
        var deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        lock (changed)
        {
            while (version <= after)
            {
                var left = deadline - Environment.TickCount64;
                if (left <= 0 || !Monitor.Wait(changed, TimeSpan.FromMilliseconds(left)))
                {
                    return null;
                }
            }

            return events.First(change => change.Version > after);
        }
    }

    void Tell(string type, JsonObject node)
    {
        version++;
        node["metadata"]!["resourceVersion"] = $"{version}";
        var change = new JsonObject { ["type"] = type, ["object"] = node.DeepClone() };
        events.Add((version, change.ToJsonString()));
        Monitor.PulseAll(changed);
    }

    static JsonObject NewNode(string name, string address, string[] podCidrs, string created)
    {
        var spec = new JsonObject();
        if (podCidrs.Length > 0)
        {
            spec["podCIDR"] = podCidrs[0];
            spec["podCIDRs"] = new JsonArray([.. podCidrs.Select(cidr => (JsonNode)cidr)]);
        }

        return new JsonObject
        {
            ["kind"] = "Node",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["uid"] = $"uid-of-{name}",
                ["creationTimestamp"] = created,
                ["labels"] = new JsonObject { ["kubernetes.io/hostname"] = name },
            },
            ["spec"] = spec,
            ["status"] = new JsonObject
            {
                ["addresses"] = new JsonArray(
                    new JsonObject { ["type"] = "InternalIP", ["address"] = address },
                    new JsonObject { ["type"] = "Hostname", ["address"] = name }),
                ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "True" }),
            },
        };
    }
}
