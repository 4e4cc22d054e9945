using System.Globalization;
using System.Text;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Firewall;

/// <summary>Tests of a node with as many foreign rules and elements as large clusters have: they stay unchanged.</summary>
[RunsFirst]
public sealed class GoodNeighbourTests
{
    const int Rules = 50_000, Elements = 20_000;

    static readonly string[] s_tables = ["ip filter", "inet theirs"];

    [Fact]
    public void A_hundred_thousand_foreign_rules_stay_unchanged()
    {
        Requirement.Node("nft");
        Requirement.Ipv6();
        using var node = new ScratchNode();
        node.AddPod("pod");
        node.WriteFile($"{Node.Directory}/rules", Ruleset());
        node.Run("nft", "-f", $"{Node.Directory}/rules").Succeeded();
        var before = Theirs(node);
        Assert.Equal(2 * Rules, before.Split("counter packets 0").Length - 1);

        var network = Configurations.With("""{"ipMasq": true}""");
        RawCall.Of(node, "ADD", network).Succeed();
        Assert.Contains("cni-bridge", node.Run("nft", "list", "tables").Succeeded().Stdout, StringComparison.Ordinal);
        RawCall.Of(node, "DEL", network).Succeed();
        // In the second DEL the attachment is unknown, so the plugin looks for rules of Go.
        RawCall.Of(node, "DEL", network).Succeed();

        Assert.Equal(before, Theirs(node));
    }

    /// <summary>Returns the foreign tables with handles and counters. No packet is sent, so counters do not change.</summary>
    static string Theirs(Node node) => string.Concat(s_tables.Select(
        table => node.Run("nft", ["--handle", "list", "table", .. table.Split(' ')]).Succeeded().Stdout));

    static string Ruleset()
    {
        var text = new StringBuilder();
        foreach (var table in s_tables)
        {
            text.Append(CultureInfo.InvariantCulture, $"table {table} {{\nset many {{ type ipv4_addr; elements = {{ ");
            for (var i = 0; i < Elements; i++)
            {
                text.Append(CultureInfo.InvariantCulture, $"172.16.{i / 250}.{i % 250}, ");
            }
            text.Append("}\n}\nchain services {\n");
            for (var i = 0; i < Rules; i++)
            {
                text.Append(CultureInfo.InvariantCulture, $"ip daddr 10.96.{i / 250}.{i % 250} tcp dport 80 counter accept\n");
            }
            text.Append("}\nchain FORWARD {\ntype filter hook forward priority 0;\nip saddr @many drop\njump services\n}\n}\n");
        }
        return text.ToString();
    }
}
