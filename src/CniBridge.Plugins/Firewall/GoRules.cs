using CniBridge.Linux;
using CniBridge.Linux.Nftables;

namespace CniBridge.Plugins.Firewall;

/// <summary>Rules that the Go plugins made, in whatever table: how they are deleted.</summary>
static class GoRules
{
    /// <summary>More than once only when somebody else deletes the same at the same time.</summary>
    const int Attempts = 3;

    /// <summary>Rules of a chain, by their comments; the chain stays, as it does with Go.</summary>
    internal static void Delete(NftBatch batch, NftSocket socket, ChainName chain, Predicate<string> isMeant)
    {
        if (socket.TryGetChain(chain) is null)
            return;
        foreach (var rule in socket.ListRules(chain))
        {
            if (isMeant(rule.Comment))
                batch.Add(new DeleteRule(chain, rule.Handle));
        }
    }

    /// <summary>What cannot be deleted is logged: it must not keep the rest from being cleaned up.</summary>
    internal static void TryDelete(Action delete, TextWriter log)
    {
        try
        {
            delete();
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            log.WriteLine($"rules of the Go plugins, if there are any, stay: {e.Message}");
        }
    }

    /// <summary>Looks, and deletes what was found all at once.</summary>
    internal static void DeleteAll(NftSocket socket, Func<NftBatch> find)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                socket.Commit(find());
                return;
            }
            // Somebody else deleted some of it meanwhile, or made another rule that jumps to a chain.
            catch (KernelException e) when (e.Errno is Errno.ENOENT or Errno.EBUSY && attempt < Attempts)
            {
            }
        }
    }
}
