using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace CniBridge.Linux.Tests.Headers;

/// <summary>The C compiler of an architecture with its system headers, which knows the values behind the kernel's names.</summary>
static partial class SystemHeaders
{
    const string Includes =
        """
        #define _GNU_SOURCE
        #include <errno.h>
        #include <fcntl.h>
        #include <poll.h>
        #include <sched.h>
        #include <signal.h>
        #include <spawn.h>
        #include <stddef.h>
        #include <sys/file.h>
        #include <sys/inotify.h>
        #include <sys/ioctl.h>
        #include <sys/socket.h>
        #include <sys/stat.h>
        #include <sys/time.h>
        #include <sys/wait.h>
        #include <net/if.h>
        #include <netinet/in.h>
        #include <netinet/icmp6.h>
        #include <netinet/ip_icmp.h>
        #include <net/if_arp.h>
        #include <linux/filter.h>
        #include <linux/if.h>
        #include <linux/if_addr.h>
        #include <linux/if_bridge.h>
        #include <linux/if_ether.h>
        #include <linux/if_link.h>
        #include <linux/in.h>
        #include <linux/neighbour.h>
        #include <linux/if_packet.h>
        #include <linux/netfilter.h>
        #include <linux/netfilter/nf_conntrack_common.h>
        #include <linux/netfilter/nf_conntrack_tuple_common.h>
        #include <linux/netfilter/nf_nat.h>
        #include <linux/netfilter/nf_tables.h>
        #include <linux/netfilter/nf_tables_compat.h>
        #include <linux/netfilter/nfnetlink.h>
        #include <linux/netfilter/nfnetlink_conntrack.h>
        #include <linux/netfilter/xt_conntrack.h>
        #include <linux/netfilter/xt_mark.h>
        #include <linux/netfilter_bridge.h>
        #include <linux/netfilter_ipv4.h>
        #include <linux/net_namespace.h>
        #include <linux/netfilter_ipv4/ip_tables.h>
        #include <linux/netfilter_ipv6/ip6_tables.h>
        #include <linux/netlink.h>
        #include <linux/nsfs.h>
        #include <linux/rtnetlink.h>
        #include <linux/fib_rules.h>
        #include <linux/veth.h>

        """;

    /// <summary>The architectures that the product is built for.</summary>
    internal static readonly Architecture[] Architectures = [Architecture.X64, Architecture.Arm64];

    /// <summary>
    /// Compares C expressions with values for one architecture. Returns the expressions that differ and the unknown names.
    /// </summary>
    internal static (List<string> Wrong, List<string> Unknown) Check(
        Architecture architecture, IEnumerable<(string Expression, long Value)> claims)
    {
        var compiler = architecture == Architecture.X64 ? "x86_64-linux-gnu-gcc" : "aarch64-linux-gnu-gcc";
        var program = Includes + string.Concat(claims.Select(Assertion));
        var (exitCode, output) = HelperProgram.Run(program, compiler, "-fsyntax-only", "-fmax-errors=0", "-x", "c", "-");
        Assert.SkipWhen(exitCode is null, $"{compiler} is not installed");
        Assert.SkipWhen(output.Contains("fatal error", StringComparison.Ordinal), $"headers are missing: {output}");
        var wrong = WrongPattern().Matches(output).Select(match => match.Groups[1].Value).ToList();
        var unknown = UnknownPattern().Matches(output).Select(match => match.Groups[1].Value).ToList();
        Assert.True(exitCode == 0 || wrong.Count + unknown.Count > 0, output);
        return (wrong, unknown);
    }

    internal static void AssertSame(Architecture architecture, IEnumerable<(string Expression, long Value)> claims)
    {
        var (wrong, unknown) = Check(architecture, claims);
        Assert.Empty(wrong);
        Assert.Empty(unknown);
    }

    static string Assertion((string Expression, long Value) claim) =>
        $"_Static_assert((long long)({claim.Expression}) == {claim.Value}LL, " +
        $"\"{claim.Expression} is not {claim.Value}\");\n";

    [GeneratedRegex("error: static assertion failed: \"(.*)\"")]
    private static partial Regex WrongPattern();

    [GeneratedRegex("error: '(\\w+)' undeclared")]
    private static partial Regex UnknownPattern();
}
