using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;

namespace CniBridge.Lab.Captures;

/// <summary>
/// Messages as hex with a comment behind each field. CONTRIBUTING.md explains the layout.
/// </summary>
/// <param name="isNetfilter">True for a socket of NETLINK_NETFILTER, whose numbers are in network byte order.</param>
sealed class AnnotatedHex(bool isNetfilter)
{
    /// <summary>The number of bytes per line.</summary>
    const int LineLength = 16;

    /// <summary>The size in bytes up to which an attribute without padding is one line.</summary>
    const int ShortAttribute = 12;

    const int AttributeHeader = 4;
    const int NestedMark = 0x8000;
    const int TypeMask = 0x3fff;

    readonly List<(string Hex, string Comment)> _lines = [];

    /// <summary>Returns the lines of messages, with an empty line between them and all comments in one column.</summary>
    public static string Format(IEnumerable<byte[]> messages, bool isNetfilter)
    {
        var writer = new AnnotatedHex(isNetfilter);
        foreach (var message in messages)
        {
            if (writer._lines.Count > 0)
            {
                writer._lines.Add(("", ""));
            }

            writer.AddMessage(message);
        }

        var width = writer._lines.Max(line => line.Hex.Length);
        return string.Concat(writer._lines.Select(line =>
            line.Comment.Length == 0 ? $"{line.Hex}\n" : $"{line.Hex.PadRight(width)} ; {line.Comment}\n"));
    }

    void AddMessage(byte[] message)
    {
        var type = Datagram.TypeOf(message);
        var flags = BinaryPrimitives.ReadUInt16LittleEndian(message.AsSpan(6));
        var name = MessageType.NameOf(type, isNetfilter);
        Add(0, message.AsSpan(0, 4), $"nlmsg_len {message.Length}");
        Add(0, message.AsSpan(4, 2), $"nlmsg_type {MessageType.Comment(type, isNetfilter)}");
        Add(0, message.AsSpan(6, 2), $"nlmsg_flags {MessageType.Flags(name, flags)}");
        Add(0, message.AsSpan(8, 4), "nlmsg_seq");
        Add(0, message.AsSpan(12, 4), "nlmsg_pid");
        var payload = message.AsSpan(Datagram.HeaderSize);
        if (name.StartsWith("NLMSG_", StringComparison.Ordinal))
        {
            AddAnswer(payload, flags);
        }
        else if (!payload.IsEmpty)
        {
            AddScope(0, AttributeScope.OfMessage(name), payload, payload[0]);
        }
    }

    /// <summary>Adds an error number, the header of the request or the request, and attributes.</summary>
    void AddAnswer(ReadOnlySpan<byte> payload, ushort flags)
    {
        if (payload.Length < 4)
        {
            Add(0, payload, "payload");
            return;
        }

        Add(0, payload[..4], $"error {BinaryPrimitives.ReadInt32LittleEndian(payload)}");
        payload = payload[4..];
        if (payload.Length >= Datagram.HeaderSize)
        {
            Add(0, payload[..4], $"msg.nlmsg_len {BinaryPrimitives.ReadInt32LittleEndian(payload)}");
            Add(0, payload[4..6], "msg.nlmsg_type");
            Add(0, payload[6..8], "msg.nlmsg_flags");
            Add(0, payload[8..12], "msg.nlmsg_seq");
            Add(0, payload[12..16], "msg.nlmsg_pid");
            var isCapped = (flags & 0x100) != 0;
            var length = isCapped ? Datagram.HeaderSize : BinaryPrimitives.ReadInt32LittleEndian(payload);
            Add(0, payload[Datagram.HeaderSize..length], "the payload of the request");
            payload = payload[((length + 3) & ~3)..];
        }

        AddScope(0, new AttributeScope("NLMSGERR_ATTR_UNUSED"), payload, 0);
    }

    void AddScope(int indent, AttributeScope scope, ReadOnlySpan<byte> bytes, byte family)
    {
        bytes = bytes[AddHeader(indent, scope.Header, bytes)..];
        AddAttributes(indent, scope, bytes, family);
    }

    /// <summary>Adds fixed fields and returns their size in bytes.</summary>
    int AddHeader(int indent, HeaderField[] fields, ReadOnlySpan<byte> bytes)
    {
        var size = 0;
        foreach (var field in fields)
        {
            // Requests for a list may have a shorter header.
            if (size + field.Size > bytes.Length)
            {
                break;
            }

            Add(indent, bytes.Slice(size, field.Size), field.Comment(bytes[size..]));
            size += field.Size;
        }

        return size;
    }

    void AddNextHops(int indent, ReadOnlySpan<byte> bytes, byte family)
    {
        while (!bytes.IsEmpty)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
            var size = AddHeader(indent, AttributeScope.NextHops.Header, bytes);
            AddAttributes(indent + 2, AttributeScope.NextHops, bytes[size..length], family);
            bytes = bytes[Math.Min((length + 3) & ~3, bytes.Length)..];
        }
    }

    void AddAttributes(int indent, AttributeScope scope, ReadOnlySpan<byte> bytes, byte family)
    {
        var names = KernelHeaders.Find(scope.Member);
        var lastText = "";
        while (!bytes.IsEmpty)
        {
            var length = bytes.Length < AttributeHeader ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
            if (length < AttributeHeader || length > bytes.Length)
            {
                Add(indent, bytes, "no attribute");
                return;
            }

            var end = Math.Min((length + 3) & ~3, bytes.Length);
            var type = BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]);
            var name = names?.GetValueOrDefault(type & TypeMask) ?? $"attribute {type & TypeMask}";
            if (scope.Find(name, lastText, family, (type & NestedMark) != 0) is { } inner)
            {
                AddNest(indent, name, inner, bytes[..length], family);
            }
            else
            {
                AddValue(indent, name, bytes[..end], length);
            }

            lastText = FindText(bytes[AttributeHeader..length]) ?? lastText;
            bytes = bytes[end..];
        }
    }

    /// <summary>Adds an attribute that contains others.</summary>
    void AddNest(int indent, string name, AttributeScope inner, ReadOnlySpan<byte> attribute, byte family)
    {
        var mark = (BinaryPrimitives.ReadUInt16LittleEndian(attribute[2..]) & NestedMark) != 0 ? ", NLA_F_NESTED" : "";
        Add(indent, attribute[..AttributeHeader], $"{name}{mark}, {attribute.Length} bytes");
        var value = attribute[AttributeHeader..];
        if (inner == AttributeScope.NextHops)
        {
            AddNextHops(indent + 2, value, family);
        }
        else
        {
            AddScope(indent + 2, inner, value, family);
        }
    }

    /// <summary>Adds an attribute with a value, on one line if it is short.</summary>
    /// <param name="attribute">The attribute with its padding.</param>
    /// <param name="length">The length without the padding.</param>
    void AddValue(int indent, string name, ReadOnlySpan<byte> attribute, int length)
    {
        var comment = Describe(name, attribute[AttributeHeader..length]);
        if (length <= ShortAttribute && length == attribute.Length)
        {
            Add(indent, attribute, comment.Length == 0 ? name : $"{name} {comment}");
            return;
        }

        Add(indent, attribute[..AttributeHeader], $"{name}, {length} bytes");
        Add(indent + 2, attribute[AttributeHeader..length], comment);
        Add(indent + 2, attribute[length..], "padding");
    }

    /// <summary>Adds bytes, with the comment on their first line.</summary>
    void Add(int indent, ReadOnlySpan<byte> bytes, string comment)
    {
        for (var start = 0; start < bytes.Length; start += LineLength)
        {
            var part = bytes[start..Math.Min(bytes.Length, start + LineLength)];
            var hex = string.Join(' ', part.ToArray().Select(one => one.ToString("x2", CultureInfo.InvariantCulture)));
            _lines.Add((new string(' ', indent) + hex, start == 0 ? comment : ""));
        }
    }

    /// <summary>Returns a value as text, address or number, or an empty text.</summary>
    string Describe(string name, ReadOnlySpan<byte> value)
    {
        // Their meaning depends on other attributes.
        if (name is "NFTA_DATA_VALUE" || name.EndsWith("_USERDATA", StringComparison.Ordinal))
        {
            return "";
        }

        if (value.Length is 4 or 16 && IsAddress(name))
        {
            return new IPAddress(value).ToString();
        }

        if (FindText(value) is { } text)
        {
            return $"\"{text}\"";
        }

        return value.Length switch
        {
            1 => $"{value[0]}",
            2 => $"{(isNetfilter ? BinaryPrimitives.ReadUInt16BigEndian(value) : BinaryPrimitives.ReadUInt16LittleEndian(value))}",
            4 => $"{(isNetfilter ? BinaryPrimitives.ReadUInt32BigEndian(value) : BinaryPrimitives.ReadUInt32LittleEndian(value))}",
            6 => string.Join(':', value.ToArray().Select(one => one.ToString("x2", CultureInfo.InvariantCulture))),
            8 => $"{(isNetfilter ? BinaryPrimitives.ReadUInt64BigEndian(value) : BinaryPrimitives.ReadUInt64LittleEndian(value))}",
            _ => "",
        };
    }

    static bool IsAddress(string name) => name is
        "IFA_ADDRESS" or "IFA_LOCAL" or "IFA_BROADCAST" or "IFA_ANYCAST" or "NDA_DST" or
        "RTA_DST" or "RTA_SRC" or "RTA_GATEWAY" or "RTA_PREFSRC" or
        "CTA_IP_V4_SRC" or "CTA_IP_V4_DST" or "CTA_IP_V6_SRC" or "CTA_IP_V6_DST";

    /// <summary>Returns printable ASCII without its terminating zero, or null.</summary>
    static string? FindText(ReadOnlySpan<byte> value)
    {
        var text = value.EndsWith((byte)0) ? value[..^1] : value;
        // A single byte is a number.
        return text.Length < 2 || text.ContainsAnyExceptInRange((byte)' ', (byte)'~') ? null : Encoding.ASCII.GetString(text);
    }
}
