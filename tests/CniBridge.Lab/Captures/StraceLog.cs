using System.Globalization;
using System.Text.RegularExpressions;

namespace CniBridge.Lab.Captures;

/// <summary>
/// The netlink datagrams in a log of strace with -yy and with the bytes of all writes and reads. Other sockets are left out.
/// </summary>
static partial class StraceLog
{
    /// <summary>Returns the options before the command. The log has the whole content of the buffers below each call.</summary>
    public static string[] Options(string logFile) =>
        ["-f", "-qq", "-yy", "-s", "0", "-e", "trace=sendto,sendmsg,recvfrom,recvmsg", "-e", "write=all", "-e", "read=all", "-o", logFile];

    public static List<Datagram> Parse(IEnumerable<string> lines)
    {
        var datagrams = new List<Datagram>();
        Match? call = null;
        var bytes = new List<byte>();
        foreach (var line in lines)
        {
            if (HexLine().Match(line) is { Success: true } hex)
            {
                bytes.AddRange(Convert.FromHexString(hex.Groups["hex"].Value.Replace(" ", "", StringComparison.Ordinal)));
            }
            else if (!line.StartsWith(" *", StringComparison.Ordinal))
            {
                Finish(call, bytes, datagrams);
                call = Call().Match(line);
            }
        }

        Finish(call, bytes, datagrams);
        return datagrams;
    }

    static void Finish(Match? call, List<byte> bytes, List<Datagram> datagrams)
    {
        if (call is { Success: true } && !call.Value.Contains("MSG_PEEK", StringComparison.Ordinal))
        {
            var size = int.Parse(call.Groups["size"].Value, CultureInfo.InvariantCulture);
            if (size != bytes.Count)
            {
                throw new LabException($"strace shows {bytes.Count} bytes of a datagram of {size}: {call.Value}");
            }

            datagrams.Add(new Datagram(call.Groups["name"].Value.StartsWith("send", StringComparison.Ordinal), [.. bytes]));
        }

        bytes.Clear();
    }

    [GeneratedRegex(@"^ \| [0-9a-f]{5}  (?<hex>(?:[0-9a-f]{2} {1,2}){1,16})")]
    private static partial Regex HexLine();

    [GeneratedRegex(@"^(?:\d+ +)?(?<name>sendto|sendmsg|recvfrom|recvmsg)\(\d+<NETLINK:.* = (?<size>[1-9]\d*)$")]
    private static partial Regex Call();
}
