using System.Buffers.Binary;
using Google.Protobuf;

namespace CniBridge.Agent.Kubernetes.Wire;

/// <summary>
/// The API's protobuf (Kubernetes documentation, "Kubernetes Protobuf encoding"): the bytes "k8s", 0 and a runtime.Unknown.
/// A watch sends frames: four bytes with the length, most significant first, and a WatchEvent.
/// </summary>
sealed class ProtobufFormat : INodeFormat
{
    internal const string MediaType = "application/vnd.kubernetes.protobuf";

    /// <summary>The API server refuses objects of more than 1.5 MiB (etcd's request limit).</summary>
    internal const int MaxFrame = 4 * 1024 * 1024;

    static ReadOnlySpan<byte> Magic => "k8s\0"u8;

    public NodeList ReadList(Stream body)
    {
        try
        {
            var bounded = new BoundedStream(body, BoundedStream.MaxList, MaxFrame);
            return ReadObject(bounded, new NodeListMessage(bounded.StartObject)) is NodeListMessage list
                ? new NodeList(list.Nodes, list.ResourceVersion)
                : throw new InvalidDataException("the answer contains no NodeList");
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InvalidDataException($"the answer is damaged: {e.Message}", e);
        }
    }

    public IEnumerable<NodeEvent> ReadEvents(Stream body)
    {
        while (ReadFrame(body) is { } frame)
        {
            if (ParseEvent(frame) is { } parsed)
                yield return parsed;
        }
    }

    /// <summary>Returns the next frame, or null where the body ends.</summary>
    static byte[]? ReadFrame(Stream body)
    {
        Span<byte> head = stackalloc byte[sizeof(uint)];
        var count = body.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        if (count == 0)
            return null;
        var length = BinaryPrimitives.ReadUInt32BigEndian(head);
        if (count < head.Length || length > MaxFrame)
            throw new InvalidDataException($"a frame of the watch is damaged: {count} bytes of its length, {length} bytes announced");
        var frame = new byte[length];
        var read = body.ReadAtLeast(frame, frame.Length, throwOnEndOfStream: false);
        return read == frame.Length ? frame : throw new InvalidDataException($"a frame of the watch ends after {read} of {length} bytes");
    }

    static NodeEvent? ParseEvent(byte[] frame)
    {
        try
        {
            var message = new WatchEventMessage();
            message.MergeFrom(new CodedInputStream(frame));
            if (NodeEvent.FindType(message.Type) is not { } type)
                return null;
            using var content = new MemoryStream(message.Object.ToByteArray());
            return ReadObject(content, expectedList: null) switch
            {
                NodeMessage node => new NodeEvent(type, node.Node),
                StatusMessage status => NodeEvent.CreateError(status.Code, status.Message),
                _ => throw new InvalidDataException("an event of the watch contains no Node"),
            };
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InvalidDataException($"an event of the watch is damaged: {e.Message}", e);
        }
    }

    static ProtobufMessage? ReadObject(Stream body, NodeListMessage? expectedList)
    {
        Span<byte> magic = stackalloc byte[Magic.Length];
        if (body.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) < magic.Length || !magic.SequenceEqual(Magic))
            throw new InvalidDataException("the object does not start with Kubernetes' magic number");
        var envelope = new EnvelopeMessage(kind => Create(kind, expectedList));
        using var input = new CodedInputStream(body, leaveOpen: true);
        envelope.MergeFrom(input);
        return envelope.Content;
    }

    static ProtobufMessage Create(string kind, NodeListMessage? expectedList) => kind switch
    {
        "Status" => new StatusMessage(),
        "NodeList" when expectedList is not null => expectedList,
        "Node" when expectedList is null => new NodeMessage(),
        _ => throw NodeFormats.WrongKind(kind, expectedList is null ? "Node" : "NodeList"),
    };
}
