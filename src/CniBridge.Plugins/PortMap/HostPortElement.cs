using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables.Expressions;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Nftables.Sets;

namespace CniBridge.Plugins.PortMap;

/// <summary>An element of one of the sets of <see cref="HostPortTable"/>, with its owner as comment.</summary>
/// <param name="What">The name of the element in messages.</param>
sealed record HostPortElement(AddressFamily Family, SetName Set, SetElement Element, string What)
{
    /// <summary>The port mapping; null for an element that masquerades senders.</summary>
    internal PortMapping? Mapping { get; init; }

    internal string Owner => Element.Comment;

    /// <summary>True for an element without an owner, which is never removed.</summary>
    internal bool IsShared => Owner.Length == 0;

    /// <summary>Returns the element as it was found; it may have another owner and lead to another pod.</summary>
    internal HostPortElement As(SetElement found) => this with { Element = Element with { Data = found.Data, Comment = found.Comment } };

    /// <summary>Tells whether the element that was found under the key leads to the same target.</summary>
    internal bool LeadsTo(SetElement found) => (Element.Data ?? []).AsSpan().SequenceEqual(found.Data);

    /// <summary>The identity of the element in the kernel: the set and the key, as a text for lookups.</summary>
    internal string Key => $"{Set} {Convert.ToHexString(Element.Key)}";

    /// <summary>The connections over the port; null for an element without a port.</summary>
    internal HostPortFlow? Flow
    {
        get
        {
            if (Mapping is null || Element.Data is not { } data)
                return null;
            // Address, port, and two bytes of padding.
            var size = Family.IsV6 ? 16 : 4;
            return new HostPortFlow(Mapping.Protocol, Mapping.IsAnywhere ? null : Mapping.HostAddress, Mapping.HostPort,
                IpAddress.FromBytes(data.AsSpan(0, size)), (ushort)((data[size] << 8) | data[size + 1]));
        }
    }

    /// <summary>Returns all elements of a record.</summary>
    internal static List<HostPortElement> List(HostPortRecord record)
    {
        var elements = new List<HostPortElement>();
        foreach (var pod in record.Pods)
        {
            var count = elements.Count;
            foreach (var mapping in record.Mappings)
            {
                if (mapping.Serves(pod.Address.Family))
                    elements.Add(OfPort(mapping, pod.Address, record.OwnerName));
            }
            if (record.Masquerades && elements.Count > count)
                AddMasks(elements, record, pod);
        }
        return elements;
    }

    static HostPortElement OfPort(PortMapping mapping, IpAddress pod, string owner)
    {
        var table = new HostPortTable(pod.Family);
        var (protocol, port) = (Field.Protocol(mapping.Protocol), Field.Port(mapping.HostPort));
        var key = mapping.IsAnywhere
            ? Field.Concatenate(protocol, port)
            : Field.Concatenate(protocol, Field.Address(mapping.HostAddress!), port);
        return new HostPortElement(pod.Family, mapping.IsAnywhere ? table.Ports : table.AddressPorts, new SetElement(key)
        {
            Data = Field.Concatenate(Field.Address(pod), Field.Port(mapping.ContainerPort)),
            Comment = owner,
        }, mapping.ToString())
        {
            Mapping = mapping,
        };
    }

    static void AddMasks(List<HostPortElement> elements, HostPortRecord record, PodAddress pod)
    {
        var table = new HostPortTable(pod.Address.Family);
        var address = Field.Address(pod.Address);
        Add(table.Senders, Field.Concatenate(address, address), $"masquerading of {pod.Address} to itself");
        if (pod.Link is not null)
        {
            Add(table.Neighbours, Field.Concatenate(address, Field.InterfaceName(pod.Link)),
                $"masquerading of {pod.Link} to {pod.Address}");
        }
        if (record.MasqueradesAll)
            Add(table.Masked, address, $"masquerading of all to {pod.Address}");
        if (!record.ServesLocalhost(pod))
            return;
        Add(table.Senders, Field.Concatenate([127, 0, 0, 1], address), $"masquerading of 127.0.0.1 to {pod.Address}");
        elements.Add(new HostPortElement(
            pod.Address.Family, table.LocalhostLinks, new SetElement(Field.InterfaceName(pod.Link!)), $"guard of 127.0.0.1 on {pod.Link}"));

        void Add(SetName set, byte[] key, string what) => elements.Add(
            new HostPortElement(pod.Address.Family, set, new SetElement(key) { Comment = record.OwnerName }, what));
    }
}

/// <summary>A change of elements that the kernel makes completely or not at all.</summary>
sealed record HostPortChange(IReadOnlyList<HostPortElement> Removed, IReadOnlyList<HostPortElement> Added);
