using CniBridge.Linux;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Bridge;

/// <summary>A link's disable_ipv6, of the namespace that the calling thread is in.</summary>
static class IPv6Switch
{
    /// <summary>Does the link take IPv6 addresses?</summary>
    /// <exception cref="CniException">It does not; names the setting.</exception>
    internal static void Require(string link)
    {
        if (Sysctl.TryRead(NameOf(link)) is { } value)
        {
            if (value == "0")
                return;
            throw new CniException(CniErrorCode.IoFailure,
                $"IPv6 is switched off on {link}: net.ipv6.conf.{link}.disable_ipv6 = {value}",
                $"sysctl -w net.ipv6.conf.{link}.disable_ipv6=0; for links to come net.ipv6.conf.default.disable_ipv6=0");
        }
        throw Missing(link);
    }

    /// <summary>A runtime may start namespaces with IPv6 switched off; an address was asked for.</summary>
    /// <exception cref="CniException">It cannot be switched on; names the setting.</exception>
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
                $"IPv6 is switched off on {link}, and net.ipv6.conf.{link}.disable_ipv6 cannot be set: {e.Message}");
        }
    }

    static CniException Missing(string link) => new(CniErrorCode.IoFailure,
        $"no IPv6 for {link}: there is no net.ipv6.conf.{link}.disable_ipv6",
        "the kernel was started with ipv6.disable=1, or has no IPv6, or /proc/sys is not its own");

    static string NameOf(string link) => $"net/ipv6/conf/{link}/disable_ipv6";
}
