using CniBridge.Linux;
using CniBridge.Linux.Files;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Bridge.Node;

/// <summary>The setting disable_ipv6 of a link in the calling thread's namespace.</summary>
static class IPv6Switch
{
    /// <summary>Checks that the link accepts IPv6 addresses.</summary>
    /// <exception cref="CniException">IPv6 is disabled; the error names the setting.</exception>
    internal static void Require(string link)
    {
        if (Sysctl.TryRead(NameOf(link)) is { } value)
        {
            if (value == "0")
                return;
            throw new CniException(CniErrorCode.IoFailure,
                $"IPv6 is disabled on {link}: net.ipv6.conf.{link}.disable_ipv6 = {value}",
                $"sysctl -w {ShellText.Quote($"net.ipv6.conf.{link}.disable_ipv6=0")}; " +
                "for future links net.ipv6.conf.default.disable_ipv6=0");
        }
        throw Missing(link);
    }

    /// <summary>Enables IPv6. Runtimes may create namespaces with IPv6 disabled, but this pod gets an IPv6 address.</summary>
    /// <exception cref="CniException">IPv6 cannot be enabled; the error names the setting.</exception>
    internal static void TurnOn(string link)
    {
        try
        {
            if (!Sysctl.Ensure(NameOf(link), "0"))
                throw Missing(link);
        }
        catch (KernelException e)
        {
            throw new CniException(CniErrorCode.IoFailure,
                $"IPv6 is disabled on {link}, and net.ipv6.conf.{link}.disable_ipv6 cannot be set: {e.Message}");
        }
    }

    static CniException Missing(string link) => new(CniErrorCode.IoFailure,
        $"no IPv6 for {link}: there is no net.ipv6.conf.{link}.disable_ipv6",
        "the kernel was started with ipv6.disable=1, or has no IPv6, or /proc/sys is not its own");

    static string NameOf(string link) => $"net/ipv6/conf/{link}/disable_ipv6";
}
