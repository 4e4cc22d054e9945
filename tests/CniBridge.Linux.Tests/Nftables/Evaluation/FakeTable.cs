using CniBridge.Linux.Nftables.Evaluation;
using CniBridge.Linux.Nftables.Rules;
using CniBridge.Linux.Nftables.Sets;

namespace CniBridge.Linux.Tests.Nftables.Evaluation;

/// <summary>A table in memory. Its sets cannot be read.</summary>
sealed class FakeTable(Func<string, IReadOnlyList<RuleEntry>?>? listRules = null) : ITableReader
{
    public IReadOnlyList<RuleEntry>? ListRules(string chain) => listRules?.Invoke(chain);

    public SetEntry? FindSet(string set) => null;

    public SetElement? FindElement(string set, byte[] key) => null;

    public IReadOnlyList<SetElement> ListElements(string set) => [];
}
