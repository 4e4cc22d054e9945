namespace CniBridge.Lab;

/// <summary>The answers of all pods' addresses to the pings of all other pods.</summary>
sealed class PingMatrix
{
    readonly IReadOnlyList<Pod> pods;
    readonly Dictionary<Pod, HashSet<string>> answers = [];

    /// <summary>Lets every pod ping every address of every other pod at the same time.</summary>
    public PingMatrix(IReadOnlyList<Pod> pods)
    {
        this.pods = pods;
        var asking = pods.Select(pod => (Pod: pod, Process: Start(pod))).ToList();
        foreach (var (pod, process) in asking)
        {
            using (process)
                answers[pod] = [.. process.WaitForExit().Succeeded().Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        }
    }

    /// <summary>The pairs without an answer: "pod-1a → 10.244.2.2".</summary>
    public IReadOnlyList<string> Missing =>
        [.. pods.SelectMany(pod => Targets(pod).Except(answers[pod]).Select(address => $"{pod.Name} → {address}"))];

    /// <summary>Returns the addresses of all other pods.</summary>
    IEnumerable<string> Targets(Pod pod) => pods.Where(other => other != pod).SelectMany(other => other.Addresses);

    /// <summary>Returns the sorted source addresses that a receiver must have seen.</summary>
    public IEnumerable<string> Senders(Pod receiver) => Targets(receiver).Order(StringComparer.Ordinal);

    /// <summary>Returns a table with receivers in rows and senders in columns.</summary>
    public override string ToString()
    {
        const int width = 18;
        var rows = pods.SelectMany(to => to.Addresses.Select(address =>
            $"{address,-width} {to.Name}   " + string.Concat(pods.Select(from => Cell(from, to, address).PadRight(from.Name.Length + 2)))));
        var title = "".PadRight(width + pods[0].Name.Length + 4) + string.Join("  ", pods.Select(from => from.Name));
        return $"{title}\n{string.Join('\n', rows.Select(row => row.TrimEnd()))}";
    }

    string Cell(Pod from, Pod to, string address) => from == to ? "." : answers[from].Contains(address) ? "ok" : "NONE";

    // The first answer is enough, for up to five seconds: neighbour resolution and duplicate address detection take time.
    RunningProcess Start(Pod pod) => pod.Node.Node.Start("ip", [
        "netns", "exec", pod.Name, "sh", "-c",
        "for address; do (ping -c1 -w5 $address > /dev/null && echo $address) & done; wait", "sh", .. Targets(pod)]);
}
