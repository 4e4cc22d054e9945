using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Namespaces;
using CniBridge.Linux.Nftables;
using CniBridge.Plugins.Firewall;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.State;
using CniBridge.Plugins.Tests.Delegation;

namespace CniBridge.Plugins.Tests.Firewall;

/// <summary>Tests of the spoofing rules in nftables, as nft prints them, each in its own namespace.</summary>
[Collection(Scripts.Collection)]
public sealed class SpoofCheckRulesTests
{
    /// <summary>The table as an administrator would have written it.</summary>
    const string Written = """
        table bridge cni-bridge {
          set guarded {
            type ifname
            comment "ports of pods, and whose they are"
            elements = { "veth1" comment "pods/a/eth0 02:00:00:00:00:01", "veth2" comment "pods/b/eth0 02:00:00:00:00:02" }
          }
          set allowed {
            type ifname . ether_addr
            comment "what may come by them"
            elements = { "veth1" . 02:00:00:00:00:01 comment "pods/a/eth0", "veth2" . 02:00:00:00:00:02 comment "pods/b/eth0" }
          }
          chain spoof-check {
            type filter hook prerouting priority dstnat; policy accept;
            iifname @guarded iifname . ether saddr != @allowed counter drop comment "a source that is not the pod's MAC"
          }
        }

        """;

    static readonly SpoofGuard s_a = Guard("a", "veth1", 1), s_b = Guard("b", "veth2", 2);

    static SpoofGuard Guard(string container, string port, byte last, string network = "pods") => new(
        new RecordOwner(new Attachment(network, container, "eth0"), "", ""), port, MacAddress.FromBytes([2, 0, 0, 0, 0, last]));

    static void InNamespace(Action<SpoofCheckRules> work)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root: namespaces are made");
        NetworkNamespace.RunInNew(() =>
        {
            using var socket = new NftSocket();
            work(new SpoofCheckRules(() => socket));
            return true;
        });
    }

    /// <summary>Runs nft in the namespace of the calling thread.</summary>
    static string Nft(string input, params string[] arguments)
    {
        try
        {
            using var nft = Process.Start(new ProcessStartInfo("nft", arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            nft.StandardInput.Write(input);
            nft.StandardInput.Close();
            var output = nft.StandardOutput.ReadToEnd();
            nft.WaitForExit();
            Assert.True(nft.ExitCode == 0, nft.StandardError.ReadToEnd());
            return output;
        }
        catch (Win32Exception)
        {
            Assert.Skip("nft (nftables) is not installed");
            return "";
        }
    }

    /// <summary>Returns the output of nft, element by element.</summary>
    static string[] List()
    {
        using var list = JsonDocument.Parse(Nft("", "-j", "--stateless", "list", "ruleset"));
        return [.. list.RootElement.GetProperty("nftables").EnumerateArray().SelectMany(Lines).Order(StringComparer.Ordinal)];
    }

    static IEnumerable<string> Lines(JsonElement item)
    {
        var (kind, value) = item.EnumerateObject().Select(property => (property.Name, property.Value)).Single();
        if (kind == "metainfo")
            yield break;
        var keys = value.EnumerateObject().Where(property => property.Name is not ("handle" or "elem"));
        yield return $"{kind} {string.Join(' ', keys.Select(property => property.ToString()))}";
        if (!value.TryGetProperty("elem", out var elements))
            yield break;
        foreach (var element in elements.EnumerateArray())
            yield return $"in {value.GetProperty("name")}: {element}";
    }

    static string[] Elements() => [.. List().Where(line => line.StartsWith("in ", StringComparison.Ordinal))];

    static string[] Ports() => [.. Elements().Where(line => line.StartsWith("in guarded", StringComparison.Ordinal))];

    [Fact]
    public void The_rules_equal_those_written_by_hand()
    {
        string[] expected = [];
        InNamespace(_ =>
        {
            Nft(Written, "-f", "-");
            expected = List();
        });
        InNamespace(rules =>
        {
            rules.Add(s_a);
            rules.Add(s_b);
            Assert.Equal(expected, List());
            Assert.Null(rules.FindMissing(s_a));
            // nft can load its own output again.
            var text = Nft("", "list", "ruleset");
            Nft("flush ruleset\n" + text, "-f", "-");
            Assert.Equal(expected, List());
        });
        InNamespace(rules =>
        {
            rules.Restore([s_a, s_b]);
            Assert.Equal(expected, List());
        });
        InNamespace(rules =>
        {
            Nft(Written, "-f", "-");
            rules.Add(s_b);
            rules.Restore([s_b, s_a]);
            Assert.Equal(expected, List());
        });
    }

    [Fact]
    public void Removal_deletes_the_elements_and_keeps_the_chain()
    {
        InNamespace(rules =>
        {
            rules.Restore([]);
            var empty = List();
            rules.Add(s_a);
            rules.Add(s_b);
            rules.Remove(s_a);
            Assert.Single(Ports());
            Assert.NotNull(rules.FindMissing(s_a));
            Assert.Null(rules.FindMissing(s_b));
            rules.Remove(s_a);
            rules.Remove(s_b);
            Assert.Equal(empty, List());
        });
    }

    [Fact]
    public void Removal_without_rules_changes_nothing() => InNamespace(rules =>
    {
        rules.Remove(s_a);
        rules.Remove(s_a.Owner.Attachment, ["veth1", "veth2"]);
        rules.RemoveOthers("pods", new HashSet<string>());
        rules.Try();
        Assert.Empty(List());
    });

    [Fact]
    public void An_element_of_a_former_link_with_the_same_name_is_replaced()
    {
        InNamespace(rules =>
        {
            rules.Add(Guard("old", "veth1", 9));
            rules.Add(s_b);
            rules.Add(s_a);
            var both = List();
            rules.Add(s_a);
            Assert.Equal(both, List());
            Assert.Equal(4, Elements().Length);
            Assert.DoesNotContain(both, line => line.Contains("old", StringComparison.Ordinal));
            // The DEL is late, so the port of the other attachment stays.
            rules.Remove(Guard("old", "veth1", 9));
            rules.Remove(Guard("old", "veth1", 1));
            rules.Remove(new Attachment("pods", "old", "eth0"), ["veth1"]);
            Assert.Equal(both, List());
        });
    }

    [Fact]
    public void The_same_attachment_with_another_MAC_is_replaced() => InNamespace(rules =>
    {
        rules.Add(Guard("a", "veth1", 9));
        rules.Add(s_a);
        Assert.Equal(2, Elements().Length);
        Assert.Null(rules.FindMissing(s_a));
    });

    // An administrator's element, whose comment names no MAC.
    [Fact]
    public void An_element_without_a_comment_is_replaced() => InNamespace(rules =>
    {
        rules.Restore([]);
        Nft("add element bridge cni-bridge guarded { \"veth1\" }\n", "-f", "-");
        rules.Add(s_a);
        Assert.Contains("pods/a/eth0", Assert.Single(Ports()), StringComparison.Ordinal);
    });

    [Fact]
    public void Elements_without_a_record_are_removed_by_the_names_of_the_port() => InNamespace(rules =>
    {
        rules.Add(s_a);
        rules.Add(s_b);
        rules.Remove(s_a.Owner.Attachment, ["veth0", "veth1", "veth2"]);
        Assert.Equal(2, Elements().Length);
        Assert.Null(rules.FindMissing(s_b));
    });

    [Fact]
    public void Removal_deletes_the_MAC_of_the_record_and_that_of_the_port() => InNamespace(rules =>
    {
        rules.Add(s_a);
        Nft("add element bridge cni-bridge allowed { \"veth1\" . 02:00:00:00:00:09 comment \"pods/a/eth0\" }\n", "-f", "-");
        rules.Remove(Guard("a", "veth1", 9));
        Assert.Empty(Elements());
    });

    [Fact]
    public void RemoveOthers_deletes_unlisted_attachments_of_one_network_only() => InNamespace(rules =>
    {
        var (longNamed, other) = (Guard(new string('c', 200), "veth3", 3), Guard("b", "veth4", 4, "pods2"));
        foreach (var guard in new[] { s_a, s_b, longNamed, other })
            rules.Add(guard);
        Nft("add element bridge cni-bridge guarded { \"mine\" comment \"do not touch\" }\n", "-f", "-");

        rules.RemoveOthers("pods", new HashSet<string> { "pods/a/eth0", ElementOwner.Format(longNamed.Owner.Attachment) });
        Assert.NotNull(rules.FindMissing(s_b));
        Assert.All([s_a, longNamed, other], guard => Assert.Null(rules.FindMissing(guard)));
        rules.RemoveOthers("pods", new HashSet<string>());
        Assert.Equal(2, Ports().Length);
        Assert.Null(rules.FindMissing(other));
    });

    [Fact]
    public void A_network_name_may_be_longer_than_a_comment() => InNamespace(rules =>
    {
        var name = new string('n', 255);
        var (dead, living, other) = (Guard("a", "veth1", 1, name), Guard("b", "veth2", 2, name), Guard("a", "veth3", 3, name[1..]));
        foreach (var guard in new[] { dead, living, other })
            rules.Add(guard);
        rules.RemoveOthers(name, new HashSet<string> { ElementOwner.Format(living.Owner.Attachment) });
        Assert.NotNull(rules.FindMissing(dead));
        Assert.All([living, other], guard => Assert.Null(rules.FindMissing(guard)));
    });

    [Theory]
    [InlineData("flush ruleset", "the chain bridge cni-bridge spoof-check")]
    [InlineData("delete chain bridge cni-bridge spoof-check", "the chain bridge cni-bridge spoof-check")]
    [InlineData("flush chain bridge cni-bridge spoof-check", "the rule of the chain bridge cni-bridge spoof-check")]
    [InlineData("insert rule bridge cni-bridge spoof-check accept", "the rule of the chain bridge cni-bridge spoof-check")]
    [InlineData("flush set bridge cni-bridge guarded", "veth1 in the set bridge cni-bridge guarded")]
    [InlineData("flush set bridge cni-bridge allowed", "veth1 . 02:00:00:00:00:01 in the set bridge cni-bridge allowed")]
    public void Any_damage_is_found_and_restored(string damage, string missing) => InNamespace(rules =>
    {
        rules.Add(s_a);
        rules.Add(s_b);
        var whole = List();
        Nft(damage + "\n", "-f", "-");
        Assert.Equal(missing, rules.FindMissing(s_a));
        rules.Restore([s_a, s_b]);
        Assert.Equal(whole, List());
        Assert.Null(rules.FindMissing(s_a));
    });

    [Fact]
    public void A_thousand_attachments_are_restored_in_one_batch() => InNamespace(rules =>
    {
        var guards = Enumerable.Range(0, 1000).Select(number => Guard($"c{number}", $"veth{number}", (byte)number)).ToList();
        rules.Restore(guards);
        Assert.Equal(2000, Elements().Length);
        Assert.Equal(2000, guards.Sum(guard => rules.FindMissing(guard) is null ? 2 : 0));
    });

    [Fact]
    public void The_longest_comment_can_be_read_back() => InNamespace(rules =>
    {
        var guard = Guard(new string('c', 255), "veth1", 1, new string('n', 255));
        rules.Add(guard);
        var whole = List();
        Assert.Contains(ElementOwner.WithMac(guard.Owner.Attachment, guard.Mac), Nft("", "list", "ruleset"), StringComparison.Ordinal);
        Nft("flush ruleset\n" + Nft("", "list", "ruleset"), "-f", "-");
        Assert.Equal(whole, List());
    });
}
