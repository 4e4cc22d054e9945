using CniBridge.Linux.Nftables.Rules;
using CniBridge.Linux.Nftables.Sets;

namespace CniBridge.Linux.Nftables.Evaluation;

/// <summary>The parts of one table that an evaluation reads.</summary>
public interface ITableReader
{
    /// <summary>The largest number of rules in a chain that an evaluation reads, because it keeps them in memory.</summary>
    const int MaxRules = 5000;

    /// <summary>Returns the rules of a chain, or null if they cannot be read or are more than <see cref="MaxRules"/>.</summary>
    IReadOnlyList<RuleEntry>? ListRules(string chain);

    /// <summary>Returns a set or map without its elements, or null if it cannot be read.</summary>
    SetEntry? FindSet(string set);

    /// <summary>Returns the element that the kernel finds for a key, or null if it finds none.</summary>
    SetElement? FindElement(string set, byte[] key);

    /// <summary>Returns all elements of a set. Ask only for small sets.</summary>
    IReadOnlyList<SetElement> ListElements(string set);
}
