using System.Text;

namespace CniBridge.Plugins.Tests.Fuzzing;

/// <summary>Random inputs that resemble a sample.</summary>
sealed class Fuzzer(PseudoRandom random)
{
    internal int Next(int limit) => random.Next(limit);

    internal T Pick<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];

    internal bool Is(int oneOf) => random.Next(oneOf) == 0;

    /// <summary>Returns a JSON text that resembles one of the samples. Every tenth text equals its sample.</summary>
    internal byte[] Document(params string[] samples)
    {
        var node = FuzzNode.Parse(Pick(samples));
        if (!Is(10))
        {
            for (var change = 1 + Next(4); change > 0; change--)
                Change(node);
        }
        var text = new StringBuilder();
        node.Write(text);
        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        return Is(5) ? Bytes(bytes) : bytes;
    }

    void Change(FuzzNode root)
    {
        var containers = root.Containers().Where(container => container.Members!.Count > 0).ToList();
        if (containers.Count == 0)
            return;
        var container = Pick(containers);
        var members = container.Members!;
        var at = Next(members.Count);
        var member = members[at];
        switch (Next(9))
        {
            case 0 or 1 or 2:
                members[at] = member with { Value = FuzzNode.Text(Pick(FuzzValues.Json)) };
                break;
            case 3:
                members.RemoveAt(at);
                break;
            case 4:
                members.Insert(
                    Next(members.Count + 1), member with { Value = Is(2) ? member.Value.Clone() : FuzzNode.Text(Pick(FuzzValues.Json)) });
                break;
            case 5:
                members[at] = member with { Key = Rename(member.Key, containers) };
                break;
            case 6:
                // The value comes from another place and may have any type.
                members[at] = member with { Value = Pick(Pick(containers).Members!).Value.Clone() };
                break;
            case 7:
                for (var i = Next(60); i > 0; i--)
                    members.Add(member with { Value = member.Value.Clone() });
                break;
            default:
                Wrap(member.Value);
                break;
        }
    }

    string Rename(string key, List<FuzzNode> containers) => Next(4) switch
    {
        0 => key.ToUpperInvariant(),
        1 => Pick(Pick(containers).Members!).Key,
        2 => Pick(FuzzValues.Environment),
        _ => key + "x",
    };

    static void Wrap(FuzzNode node)
    {
        var inner = node.Clone();
        node.Members = [new FuzzMember("", inner)];
    }

    /// <summary>Returns the bytes with a few of them changed, or only a part of them.</summary>
    internal byte[] Bytes(ReadOnlySpan<byte> sample)
    {
        var bytes = new List<byte>(sample.ToArray());
        for (var change = 1 + Next(4); change > 0; change--)
        {
            var at = Next(bytes.Count + 1);
            switch (Next(6))
            {
                case 0:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(Next(8), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, Enumerable.Repeat(FuzzValues.Bytes[Next(FuzzValues.Bytes.Length)], Next(20)));
                    break;
                case 3:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Pick(FuzzValues.Json)));
                    break;
                default:
                    if (at < bytes.Count)
                        bytes[at] = Is(2) ? (byte)Next(256) : FuzzValues.Bytes[Next(FuzzValues.Bytes.Length)];
                    break;
            }
        }
        return [.. bytes];
    }

    /// <summary>Changes, removes and adds variables of a call.</summary>
    internal void Change(Dictionary<string, string> variables)
    {
        string[] names =
            ["CNI_COMMAND", "CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_ARGS", "CNI_PATH", "CNI_NETNS_OVERRIDE", "TRACEPARENT",
                "CNI_OTHER"];
        for (var change = Next(4); change > 0; change--)
        {
            var name = Pick(names);
            if (Is(4))
                variables.Remove(name);
            else
                variables[name] = Is(3) ? Pick(FuzzValues.Environment) + Pick(FuzzValues.Environment) : Pick(FuzzValues.Environment);
        }
        // The path must not lead to a program.
        if (variables.TryGetValue("CNI_PATH", out var path) && path.Length > 0)
            variables["CNI_PATH"] = "/some/bin/path:" + string.Concat(path.Where(character => character != '/'));
    }
}
