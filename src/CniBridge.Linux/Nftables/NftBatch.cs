using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Sets;

namespace CniBridge.Linux.Nftables;

/// <summary>Changes of tables that the kernel makes all at once or not at all; a packet sees either none of them or all.</summary>
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

    /// <summary>Any number of elements, in as many messages as it takes.</summary>
    public NftBatch AddElements(SetName set, params ReadOnlySpan<SetElement> elements) => Add(set, elements, isExclusive: false);

    /// <summary>As <see cref="AddElements"/>; one that is there already is refused (EEXIST).</summary>
    public NftBatch CreateElements(SetName set, params ReadOnlySpan<SetElement> elements) => Add(set, elements, isExclusive: true);

    NftBatch Add(SetName set, ReadOnlySpan<SetElement> elements, bool isExclusive)
    {
        for (; !elements.IsEmpty; elements = elements[CountOf(elements)..])
            _messages.Add(new NewElements(set, elements[..CountOf(elements)].ToArray()) { IsExclusive = isExclusive });
        return this;
    }

    /// <summary>Any number of them, by their keys.</summary>
    public NftBatch DeleteElements(SetName set, params ReadOnlySpan<SetElement> elements)
    {
        for (; !elements.IsEmpty; elements = elements[CountOf(elements)..])
            _messages.Add(new DeleteElements(set, elements[..CountOf(elements)].ToArray()));
        return this;
    }

    static int CountOf(ReadOnlySpan<SetElement> elements) => Math.Min(elements.Length, NewElements.MostPerMessage);
}
