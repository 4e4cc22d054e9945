using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Nftables.Sets;

namespace CniBridge.Linux.Nftables;

/// <summary>A list of changes that the kernel makes completely or not at all. No packet sees a part of them.</summary>
public sealed class NftBatch
{
    readonly List<INetlinkMessage> _messages = [];

    internal IReadOnlyList<INetlinkMessage> Messages => _messages;

    public bool IsEmpty => _messages.Count == 0;

    public NftBatch Add(params ReadOnlySpan<INetlinkMessage> messages)
    {
        foreach (var message in messages)
            _messages.Add(message);
        return this;
    }

    /// <summary>Adds any number of elements, split into messages of the largest possible size.</summary>
    public NftBatch AddElements(SetName set, params ReadOnlySpan<SetElement> elements) => Add(set, elements, isExclusive: false);

    /// <summary>Adds elements as <see cref="AddElements"/> does; the kernel refuses (EEXIST) an element that exists.</summary>
    public NftBatch CreateElements(SetName set, params ReadOnlySpan<SetElement> elements) => Add(set, elements, isExclusive: true);

    NftBatch Add(SetName set, ReadOnlySpan<SetElement> elements, bool isExclusive)
    {
        for (; !elements.IsEmpty; elements = elements[CountOf(elements)..])
            _messages.Add(new NewElements(set, elements[..CountOf(elements)].ToArray()) { IsExclusive = isExclusive });
        return this;
    }

    /// <summary>Deletes any number of elements, found by their keys.</summary>
    public NftBatch DeleteElements(SetName set, params ReadOnlySpan<SetElement> elements)
    {
        for (; !elements.IsEmpty; elements = elements[CountOf(elements)..])
            _messages.Add(new DeleteElements(set, elements[..CountOf(elements)].ToArray()));
        return this;
    }

    static int CountOf(ReadOnlySpan<SetElement> elements) => Math.Min(elements.Length, NewElements.MostPerMessage);
}
