namespace CniBridge.Linux.Netlink;

/// <summary>A request to the kernel: its purpose, its header and its payload.</summary>
public interface INetlinkMessage
{
    /// <summary>The words behind "could not" in the error message.</summary>
    string Operation { get; }

    /// <summary>nlmsg_type</summary>
    ushort Type { get; }

    /// <summary>nlmsg_flags without NLM_F_REQUEST and NLM_F_ACK, which the socket adds.</summary>
    ushort Flags { get; }

    /// <summary>The errno that counts as success, such as ENODEV for a deletion; 0: none.</summary>
    int Tolerated => 0;

    void Write(ref MessageWriter writer);
}
