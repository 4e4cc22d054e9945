using System.Text.RegularExpressions;

namespace CniBridge.EndToEnd.Tests.Support;

/// <summary>
/// Two nodes on which every call fails and must change nothing: one where no plugin ever ran, and one with a running pod. Both have an
/// unattached pod "pod" and a link eth0.
/// </summary>
public sealed class UntouchedNodes : IDisposable
{
    readonly Dictionary<string, (ScratchNode Node, string Snapshot)> nodes = [];

    internal ScratchNode Virgin => Get("virgin").Node;

    internal ScratchNode Living => Get("living").Node;

    /// <summary>Asserts on both nodes an error with this code and these words, without any change.</summary>
    internal void AssertRefused(int code, Func<ScratchNode, RawCall> makeCall, params string[] words) =>
        AssertRefused(code, [makeCall], words);

    /// <summary>Asserts the same for several calls in turn.</summary>
    internal void AssertRefused(int code, IReadOnlyList<Func<ScratchNode, RawCall>> makeCalls, params string[] words)
    {
        AssertRefused("virgin", code, makeCalls, words);
        AssertRefused("living", code, makeCalls, words);
    }

    internal void AssertRefusedOnLivingNode(int code, Func<ScratchNode, RawCall> makeCall, params string[] words) =>
        AssertRefused("living", code, [makeCall], words);

    /// <summary>
    /// Asserts on the node with a running pod a failure after an address was found. Only the markers for the next search may change.
    /// </summary>
    internal void AssertRefusedLate(int code, Func<ScratchNode, RawCall> makeCall, params string[] words) =>
        AssertRefused("living", code, [makeCall], words, WithoutMarks);

    void AssertRefused(
        string name,
        int code,
        IEnumerable<Func<ScratchNode, RawCall>> makeCalls,
        string[] words,
        Func<string, string>? view = null)
    {
        var (node, before) = Get(name);
        try
        {
            foreach (var makeCall in makeCalls)
            {
                makeCall(node).Fail(code, words);
            }
        }
        finally
        {
            nodes[name] = (node, node.Snapshot());
        }

        view ??= text => text;
        Assert.Equal(Settled(view(before)), Settled(view(nodes[name].Snapshot)));
    }

    /// <summary>Removes the kernel's flags of an IPv6 address during the second of its duplicate address detection.</summary>
    static string Settled(string snapshot) => snapshot.Replace("\"tentative\":true,", "", StringComparison.Ordinal);

    static string WithoutMarks(string snapshot) =>
        Regex.Replace(snapshot, "(/last_reserved_ip\\.[0-9]+ .*\n).*\n", "$1");

    (ScratchNode Node, string Snapshot) Get(string name)
    {
        if (nodes.TryGetValue(name, out var known))
        {
            return known;
        }

        Requirement.Node();
        Requirement.Ipv6();
        var node = new ScratchNode();
        nodes[name] = (node, "");
        node.Run("sh", "-c", """
            ip link add eth0 type veth peer name peer0
            ip address add 192.0.2.1/24 dev eth0
            ip link set eth0 up
            ip link set peer0 up
            mkfifo /run/fifo
            echo text > /run/text
            """).Succeeded();
        node.AddPod("pod");
        if (name == "living")
        {
            node.AddPod("alive");
            RawCall.Of(node, "ADD", Configurations.Plain, "alive").Succeed();
        }

        nodes[name] = (node, node.SettledSnapshot());
        return nodes[name];
    }

    public void Dispose()
    {
        foreach (var (node, _) in nodes.Values)
        {
            node.Dispose();
        }
    }
}
