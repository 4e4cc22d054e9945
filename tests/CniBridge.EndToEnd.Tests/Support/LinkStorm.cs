using System.Globalization;
using System.Text;

namespace CniBridge.EndToEnd.Tests.Support;

/// <summary>
/// Links of a node that two loops of "ip -batch" create and delete as fast as they can. The kernel's lists of links change while they are
/// read, and each listener gets more notifications than its buffer holds.
/// </summary>
sealed class LinkStorm : IDisposable
{
    /// <summary>
    /// The number of pairs per round. All are deleted at once, for which the kernel waits once, so most of a storm is creation. This number
    /// makes lists of several messages, between which they change.
    /// </summary>
    const int PairsPerRound = 24;

    const int BridgesPerRound = 4;

    const string StopFile = $"{ScratchNode.Directory}/storm-ends";

    readonly ScratchNode node;
    readonly int firstIndex;
    readonly List<RunningProcess> loops;

    public LinkStorm(ScratchNode node)
    {
        this.node = node;
        firstIndex = NextIndex();
        loops = [.. new[] { 1, 2 }.Select(StartLoop)];
        loops.ForEach(loop => loop.WaitForOutput("first round"));
    }

    /// <summary>Ends the storm after its last round and returns the number of links that were created meanwhile.</summary>
    public int End()
    {
        node.WriteFile(StopFile, "");
        loops.ForEach(loop => loop.WaitForExit().Succeeded());
        return NextIndex() - firstIndex - 1;
    }

    public void Dispose() => loops.ForEach(loop => loop.Dispose());

    RunningProcess StartLoop(int number)
    {
        var round = new StringBuilder();
        for (var pair = 0; pair < PairsPerRound; pair++)
        {
            round.Append(CultureInfo.InvariantCulture,
                $"link add a{number}x{pair} group {number} type veth peer name b{number}x{pair} group {number}\n");
        }

        for (var bridge = 0; bridge < BridgesPerRound; bridge++)
        {
            round.Append(CultureInfo.InvariantCulture, $"link add c{number}x{bridge} group {number} type bridge\n");
        }

        round.Append(CultureInfo.InvariantCulture, $"link delete group {number}\n");
        var file = $"{ScratchNode.Directory}/storm-{number}";
        node.WriteFile(file, round.ToString());
        // A failed line must not end the storm. The created links prove that it runs.
        var script = $"""
            ip -force -batch {file}
            echo "first round"
            while [ ! -e {StopFile} ]; do ip -force -batch {file} > /dev/null 2>&1; done
            true
            """;
        return node.Start("sh", ["-c", script]);
    }

    /// <summary>Returns the index of the next link. The kernel numbers links of a namespace in the order of creation.</summary>
    int NextIndex()
    {
        node.Run("ip", "link", "add", "measure0", "type", "bridge").Succeeded();
        var index = node.IpJson("link", "show", "measure0")[0].GetProperty("ifindex").GetInt32();
        node.Run("ip", "link", "delete", "measure0").Succeeded();
        return index;
    }
}
