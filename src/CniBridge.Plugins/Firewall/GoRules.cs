using CniBridge.Linux;
using CniBridge.Linux.Nftables;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Nftables.Rules;

namespace CniBridge.Plugins.Firewall;

/// <summary>The deletion of rules that the Go plugins created.</summary>
static class GoRules
{
    /// <summary>The number of tries; more than one is needed only if another process deletes the same rules.</summary>
    const int Attempts = 3;

    /// <summary>
    /// Adds the deletion of a chain's rules to a batch, selected by comment. The chain stays, as it does with the Go plugin.
    /// </summary>
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

    /// <summary>Deletes, or logs the failure: it must not keep the rest from being cleaned up.</summary>
    internal static void TryDelete(Action delete, TextWriter log)
    {
        try
        {
            delete();
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            log.WriteLine($"cannot remove rules of the Go plugins: {e.Message}");
        }
    }

    /// <summary>Finds rules and deletes them in one batch.</summary>
    internal static void DeleteAll(NftSocket socket, Func<NftBatch> find)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                socket.Commit(find());
                return;
            }
            // Another process has deleted some of them meanwhile, or added another jump to a chain.
            catch (KernelException e) when (e.Errno is Errno.ENOENT or Errno.EBUSY && attempt < Attempts)
            {
            }
        }
    }
}
