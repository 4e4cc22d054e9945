using System.Buffers.Binary;
using Google.Protobuf;

namespace CniBridge.Agent.Tests.Support;

/// <summary>Encodes objects field by field as the API server does (api, core/v1/generated.proto).</summary>
static class ProtobufEncoding
{
    internal static byte[] List(string version, IEnumerable<FakeNode> nodes) => Envelope("NodeList", Message(list =>
    {
        list.Write(1, Message(meta => meta.Write(2, version)));
        foreach (var node in nodes)
            list.Write(2, Node(node));
    }));

    internal static byte[] Event(string type, byte[] envelope)
    {
        var content = Message(one =>
        {
            one.Write(1, type);
            one.Write(2, Message(raw => raw.Write(1, envelope)));
        });
        var frame = new byte[sizeof(uint) + content.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame, (uint)content.Length);
        content.CopyTo(frame, sizeof(uint));
        return frame;
    }

    internal static byte[] NodeObject(FakeNode node) => Envelope("Node", Node(node));

    internal static byte[] Status(int code, string message) => Envelope("Status", Message(status =>
    {
        status.Write(3, message);
        status.WriteNumber(6, code);
    }));

    static byte[] Node(FakeNode node) => Message(one =>
    {
        one.Write(1, Message(meta =>
        {
            meta.Write(1, node.Name);
            meta.Write(6, node.ResourceVersion);
            meta.Write(8, Message(time => time.WriteNumber(1, node.CreationTime)));
            if (node.Ballast.Length > 0)
                meta.Write(12, Message(pair => pair.Write(1, node.Ballast)));
        }));
        one.Write(2, Message(spec =>
        {
            spec.Write(1, node.PodRanges.FirstOrDefault() ?? "");
            foreach (var range in node.PodRanges)
                spec.Write(7, range);
        }));
        one.Write(3, Message(status =>
        {
            if (node.NetworkUnavailable.Length > 0)
                status.Write(4, Condition("NetworkUnavailable", node.NetworkUnavailable));
            status.Write(4, Condition("Ready", "True"));
            status.Write(5, Address("Hostname", node.Name));
            status.Write(5, Address("InternalIP", node.Address));
            if (node.Ballast.Length > 0)
                status.Write(8, Message(image => image.Write(1, node.Ballast)));
        }));
    });

    static byte[] Condition(string type, string status) => Message(condition =>
    {
        condition.Write(1, type);
        condition.Write(2, status);
        condition.Write(5, "Test");
    });

    static byte[] Address(string type, string value) => Message(address =>
    {
        address.Write(1, type);
        address.Write(2, value);
    });

    static byte[] Envelope(string kind, byte[] raw) => [.. "k8s\0"u8, .. Message(envelope =>
    {
        envelope.Write(1, Message(meta =>
        {
            meta.Write(1, "v1");
            meta.Write(2, kind);
        }));
        envelope.Write(2, raw);
        envelope.Write(3, "");
        envelope.Write(4, "");
    })];

    static byte[] Message(Action<CodedOutputStream> write)
    {
        using var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes, leaveOpen: true))
            write(output);
        return bytes.ToArray();
    }

    static void Write(this CodedOutputStream output, int field, string text)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteString(text);
    }

    static void Write(this CodedOutputStream output, int field, byte[] bytes)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(bytes));
    }

    static void WriteNumber(this CodedOutputStream output, int field, long value)
    {
        output.WriteTag(field, WireFormat.WireType.Varint);
        output.WriteInt64(value);
    }
}
