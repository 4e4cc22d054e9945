namespace CniBridge.Linux.Netlink;

/// <summary>A request to the kernel: what it is for, its header, and how its payload is written.</summary>
public interface INetlinkMessage
{
    /// <summary>Words that finish "could not …" when the kernel refuses.</summary>
    string Operation { get; }

    /// <summary>nlmsg_type</summary>
    ushort Type { get; }

    /// <summary>nlmsg_flags beyond NLM_F_REQUEST and NLM_F_ACK, which the socket adds.</summary>
    ushort Flags { get; }

    void Write(ref MessageWriter writer);
}
