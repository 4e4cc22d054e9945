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

    /// <summary>The refusal that means that all is as wished already, or 0: ENODEV for a deletion.</summary>
    int Tolerated => 0;

    void Write(ref MessageWriter writer);
}
