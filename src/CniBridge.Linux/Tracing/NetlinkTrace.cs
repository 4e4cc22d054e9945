using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Netlink.NetlinkConstants;

namespace CniBridge.Linux.Tracing;

/// <summary>
/// Prints the netlink messages of this process: the headers with names, and the attributes as a tree. Pods and other programs choose
/// names and comments, so only bytes that are plain text are printed as text, and all values as hex.
/// </summary>
/// <param name="output">Gets the text of each datagram in one write, so that threads do not mix their lines.</param>
public sealed class NetlinkTrace(TextWriter output) : INetlinkObserver
{
    /// <summary>The bytes that stand on one line.</summary>
    const int LineLength = 32;

    /// <summary>Limits the recursion. The attributes of the kernel are nested less than ten levels deep.</summary>
    const int MaxDepth = 16;

    /// <summary>Prints all netlink messages that this process sends and receives from now on.</summary>
    public static void Start(TextWriter output) => NetlinkTransport.Observer = new NetlinkTrace(output);

    void INetlinkObserver.Sending(int descriptor, int protocol, ReadOnlySpan<byte> datagram) =>
        Write(string.Create(CultureInfo.InvariantCulture, $"socket {descriptor} sends {datagram.Length} bytes"), protocol, datagram);

    void INetlinkObserver.Received(int descriptor, int protocol, ReadOnlySpan<byte> read, int size)
    {
        var title = string.Create(CultureInfo.InvariantCulture, $"socket {descriptor} receives {size} bytes");
        if (size > read.Length)
            title += string.Create(CultureInfo.InvariantCulture, $", only {read.Length} fit into the buffer");
        // Some readers only count or drop notifications, and have a buffer of one byte.
        Write(title, protocol, size > read.Length && read.Length < MessageHeaderSize ? [] : read);
    }

    void Write(string title, int protocol, ReadOnlySpan<byte> datagram) => output.Write($"netlink: {title}\n{Format(protocol, datagram)}");

    /// <summary>Returns the lines of the messages in a datagram.</summary>
    /// <param name="protocol">NETLINK_ROUTE or NETLINK_NETFILTER.</param>
    internal static string Format(int protocol, ReadOnlySpan<byte> datagram)
    {
        var text = new StringBuilder();
        var rest = datagram;
        while (!rest.IsEmpty)
        {
            var length = rest.Length < MessageHeaderSize ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(rest);
            if (length < MessageHeaderSize || length > rest.Length)
            {
                AppendHex(text.Append("  incomplete message"), 2, rest);
                break;
            }
            AppendMessage(text, protocol, rest[..(int)length]);
            rest = rest[Math.Min(MessageWriter.Align((int)length), rest.Length)..];
        }
        return text.ToString();
    }

    static void AppendMessage(StringBuilder text, int protocol, ReadOnlySpan<byte> message)
    {
        var type = BinaryPrimitives.ReadUInt16LittleEndian(message[4..]);
        var flags = BinaryPrimitives.ReadUInt16LittleEndian(message[6..]);
        var name = MessageNames.GetType(protocol, type);
        text.Append(CultureInfo.InvariantCulture, $"  {name}, {message.Length} bytes, {MessageNames.GetFlags(name, flags)}");
        text.Append(CultureInfo.InvariantCulture, $", sequence {BinaryPrimitives.ReadUInt32LittleEndian(message[8..])}");
        text.Append(CultureInfo.InvariantCulture, $", port {BinaryPrimitives.ReadUInt32LittleEndian(message[12..])}\n");
        var payload = message[MessageHeaderSize..];
        if (type is NLMSG_ERROR or NLMSG_DONE)
            AppendAnswer(text, protocol, type, flags, payload);
        else if (!payload.IsEmpty && MessageNames.FindScope(protocol, type, payload[0]) is { } scope)
            AppendScope(text, 4, scope, payload);
        else if (!payload.IsEmpty)
            AppendHex(text.Append("    payload"), 4, payload);
    }

    /// <summary>Appends an acknowledgement: the error number, the header of the request, and the kernel's attributes.</summary>
    static void AppendAnswer(StringBuilder text, int protocol, ushort type, ushort flags, ReadOnlySpan<byte> payload)
    {
        if (payload.Length < sizeof(int))
        {
            AppendHex(text.Append("    payload"), 4, payload);
            return;
        }
        var error = BinaryPrimitives.ReadInt32LittleEndian(payload);
        var meaning = error < 0 ? $" ({Marshal.GetPInvokeErrorMessage(-error)})" : "";
        text.Append(CultureInfo.InvariantCulture, $"    error {error}{meaning}");
        var rest = payload[sizeof(int)..];
        if (type == NLMSG_ERROR && rest.Length >= MessageHeaderSize)
        {
            var request = MessageNames.GetType(protocol, BinaryPrimitives.ReadUInt16LittleEndian(rest[4..]));
            text.Append(CultureInfo.InvariantCulture, $", answers {request}");
            text.Append(CultureInfo.InvariantCulture, $", sequence {BinaryPrimitives.ReadUInt32LittleEndian(rest[8..])}");
            // Without NLM_F_CAPPED the kernel repeats the whole request.
            var length = (flags & NLM_F_CAPPED) != 0 ? MessageHeaderSize : BinaryPrimitives.ReadUInt32LittleEndian(rest);
            rest = rest[(int)Math.Min((length + 3L) & ~3L, rest.Length)..];
        }
        text.Append('\n');
        if ((flags & NLM_F_ACK_TLVS) != 0)
            AppendScope(text, 4, AttributeScope.Error, rest);
        else if (!rest.IsEmpty)
            AppendHex(text.Append("    payload"), 4, rest);
    }

    /// <summary>Appends the header and the attributes of a scope.</summary>
    static void AppendScope(StringBuilder text, int indent, AttributeScope scope, ReadOnlySpan<byte> bytes)
    {
        var size = scope.Header.Sum(field => field.Size);
        if (bytes.Length < size || !IsSequence(bytes[size..]))
        {
            AppendHex(text.Append(' ', indent).Append("damaged attributes"), indent, bytes);
            return;
        }
        AppendHeader(text, indent, scope.Header, bytes);
        var attributes = new AttributeReader(bytes[size..]);
        var lastText = "";
        while (attributes.Read())
        {
            AppendAttribute(text, indent, scope, attributes, lastText);
            lastText = FindText(attributes.Value) ?? lastText;
        }
    }

    static void AppendHeader(StringBuilder text, int indent, HeaderField[] fields, ReadOnlySpan<byte> bytes)
    {
        var values = new List<string>();
        foreach (var field in fields)
        {
            if (field.Name is not null)
                values.Add(field.Format(bytes));
            bytes = bytes[field.Size..];
        }
        if (values.Count > 0)
            text.Append(' ', indent).AppendJoin(", ", values).Append('\n');
    }

    static void AppendAttribute(StringBuilder text, int indent, AttributeScope scope, AttributeReader attribute, string lastText)
    {
        var value = attribute.Value;
        text.Append(' ', indent);
        text.Append(CultureInfo.InvariantCulture, $"{scope.Prefix} {attribute.Type}, {AttributeHeaderSize + value.Length} bytes");
        var inner = scope.Find(attribute.Type, lastText) ?? (attribute.IsNested ? AttributeScope.Unknown : null);
        if (inner is null || value.IsEmpty || indent > 2 * MaxDepth || !IsScope(inner, value))
        {
            AppendHex(text, indent, value);
            return;
        }
        text.Append('\n');
        AppendScope(text, indent + 2, inner, value);
    }

    static bool IsScope(AttributeScope scope, ReadOnlySpan<byte> bytes)
    {
        var size = scope.Header.Sum(field => field.Size);
        return bytes.Length >= size && IsSequence(bytes[size..]);
    }

    /// <summary>Returns whether the bytes are attributes with possible lengths.</summary>
    static bool IsSequence(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var length = bytes.Length < AttributeHeaderSize ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
            if (length < AttributeHeaderSize || length > bytes.Length)
                return false;
            bytes = bytes[Math.Min(MessageWriter.Align(length), bytes.Length)..];
        }
        return true;
    }

    /// <summary>Appends bytes behind a colon, and further lines of them, and ends the line.</summary>
    static void AppendHex(StringBuilder text, int indent, ReadOnlySpan<byte> bytes)
    {
        if (!bytes.IsEmpty)
            text.Append(':');
        for (var start = 0; start < bytes.Length; start += LineLength)
        {
            if (start > 0)
                text.Append('\n').Append(' ', indent + 2);
            for (var i = start; i < Math.Min(bytes.Length, start + LineLength); i++)
                text.Append(i > start || start == 0 ? " " : "").Append(bytes[i].ToString("x2", CultureInfo.InvariantCulture));
        }
        if (FindText(bytes) is { } plain)
            text.Append(" \"").Append(plain).Append('"');
        text.Append('\n');
    }

    /// <summary>Returns the bytes as text without its terminating zero. Returns null if they are not UTF-8 that is safe to print.</summary>
    static string? FindText(ReadOnlySpan<byte> bytes)
    {
        if (bytes.EndsWith((byte)0))
            bytes = bytes[..^1];
        if (bytes.IsEmpty || !System.Text.Unicode.Utf8.IsValid(bytes))
            return null;
        var text = Encoding.UTF8.GetString(bytes);
        return PrintableText.Escape(text) == text ? text : null;
    }
}
