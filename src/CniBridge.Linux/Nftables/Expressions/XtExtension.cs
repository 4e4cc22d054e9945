using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Nftables.Expressions.ExpressionConstants;

namespace CniBridge.Linux.Nftables.Expressions;

/// <summary>
/// A match or target of iptables as an expression; iptables-nft uses it for everything that nftables cannot express
/// (linux/netfilter/nf_tables_compat.h).
/// </summary>
/// <param name="Name">comment, conntrack, REJECT, …</param>
/// <param name="Info">The extension's own structure; the revision tells its layout.</param>
sealed record XtExtension(string Name, uint Revision, byte[] Info)
{
    /// <summary>The initial size of a buffer without the structure, in bytes.</summary>
    const int UsualSize = 128;

    internal const string Match = "match", Target = "target";

    /// <summary>Returns the expression as the kernel lists it.</summary>
    /// <param name="kind"><see cref="Match"/> or <see cref="Target"/>.</param>
    internal ExpressionEntry Encode(string kind)
    {
        var writer = new MessageWriter(new byte[Info.Length + UsualSize]);
        writer.Attribute(NFTA_MATCH_NAME, Name);
        writer.BigEndian(NFTA_MATCH_REV, Revision);
        writer.Attribute(NFTA_MATCH_INFO, Info);
        return new ExpressionEntry(kind, writer.Written.ToArray());
    }

    // Attributes of a target have the same numbers as those of a match.
    internal static XtExtension Decode(ExpressionEntry step)
    {
        var extension = new XtExtension("", 0, []);
        var attributes = new AttributeReader(step.Data);
        while (attributes.Read())
        {
            switch (attributes.Type)
            {
                case NFTA_MATCH_NAME: extension = extension with { Name = attributes.Text }; break;
                case NFTA_MATCH_REV: extension = extension with { Revision = attributes.UInt32BigEndian }; break;
                case NFTA_MATCH_INFO: extension = extension with { Info = attributes.Value.ToArray() }; break;
            }
        }
        return extension;
    }

    /// <summary>Returns the text of -m comment, at most 255 bytes (struct xt_comment_info), or "".</summary>
    internal static string FindComment(IReadOnlyList<ExpressionEntry> steps)
    {
        for (var i = 0; i < steps.Count; i++)
        {
            if (steps[i].Name == Match && Decode(steps[i]) is { Name: "comment" } comment)
                return comment.Text;
        }
        return "";
    }

    string Text
    {
        get
        {
            var end = Array.IndexOf(Info, (byte)0);
            return System.Text.Encoding.UTF8.GetString(Info, 0, end < 0 ? Info.Length : end);
        }
    }
}
