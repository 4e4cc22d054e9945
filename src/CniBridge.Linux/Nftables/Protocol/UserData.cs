using System.Buffers.Binary;
using System.Text;
using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Nftables.Protocol;

/// <summary>
/// The data that nft stores beside an object, such as its comment: entries with a type, a length and that many bytes
/// (libnftnl, udata.h). The kernel does not check it, so any program can have written any bytes.
/// </summary>
ref struct UserData(Span<byte> buffer)
{
    // NFTNL_UDATA_TABLE_COMMENT, NFTNL_UDATA_CHAIN_COMMENT, NFTNL_UDATA_RULE_COMMENT, NFTNL_UDATA_SET_ELEM_COMMENT
    internal const byte CommentType = 0;

    /// <summary>The longest comment in bytes: NFTNL_UDATA_COMMENT_MAXLEN without the terminating zero.</summary>
    internal const int MaxCommentBytes = 127;

    readonly Span<byte> _buffer = buffer;
    int _length;

    internal readonly ReadOnlySpan<byte> Written => _buffer[.._length];

    internal void Add(byte type, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer[(_length + 2)..], value);
        End(type, sizeof(uint));
    }

    /// <exception cref="ArgumentException">The comment is too long, or nft could not parse it in its own listing.</exception>
    internal void AddComment(byte type, string comment)
    {
        if (comment.Length == 0)
            return;
        var isText = true;
        foreach (var c in comment)
            isText &= c != '"' && !char.IsControl(c);
        if (!isText || Encoding.UTF8.GetByteCount(comment) > MaxCommentBytes)
            throw new ArgumentException($"no comment of an nftables object: {comment}", nameof(comment));
        var size = Encoding.UTF8.GetBytes(comment, _buffer[(_length + 2)..]);
        _buffer[_length + 2 + size] = 0;
        End(type, size + 1);
    }

    void End(byte type, int size)
    {
        _buffer[_length] = type;
        _buffer[_length + 1] = (byte)size;
        _length += 2 + size;
    }

    internal static void WriteComment(ref MessageWriter writer, ushort attribute, string comment)
    {
        var data = new UserData(stackalloc byte[NFT_USERDATA_MAXLEN]);
        data.AddComment(CommentType, comment);
        if (data._length > 0)
            writer.Attribute(attribute, data.Written);
    }

    /// <summary>Returns the comment, or "" if there is none or the data is damaged.</summary>
    internal static string FindComment(ReadOnlySpan<byte> bytes, byte type = CommentType)
    {
        while (bytes.Length >= 2 && bytes.Length >= 2 + bytes[1])
        {
            var value = bytes.Slice(2, bytes[1]);
            if (bytes[0] == type)
                return Encoding.UTF8.GetString(value.TrimEnd((byte)0));
            bytes = bytes[(2 + value.Length)..];
        }
        return "";
    }
}
