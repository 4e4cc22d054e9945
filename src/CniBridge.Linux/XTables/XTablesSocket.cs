using System.Buffers.Binary;
using System.Text;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using static CniBridge.Linux.XTables.XTablesConstants;

namespace CniBridge.Linux.XTables;

/// <summary>
/// Reads the tables of iptables-legacy. Ask only for tables that exist: the kernel creates a missing table and loads modules for it.
/// </summary>
public static unsafe class XTablesSocket
{
    /// <summary>The offset of the entries in struct ipt_get_entries.</summary>
    const int EntriesOffset = 40;

    /// <summary>Returns the tables of a family that exist in this namespace.</summary>
    public static IReadOnlyList<string> ListNames(AddressFamily family)
    {
        // The file is absent without kernel support, and readable only for root.
        var file = SmallFile.TryRead($"/proc/thread-self/net/{(family.IsV6 ? "ip6" : "ip")}_tables_names", 4096);
        return file is null ? [] : Encoding.ASCII.GetString(file).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Reads a table.</summary>
    /// <param name="name">One of <see cref="ListNames"/>.</param>
    /// <exception cref="KernelException">EPERM: the caller is not root.</exception>
    public static XTable Read(string name, AddressFamily family)
    {
        using var socket = Descriptor.OpenSocket(family.IsV6 ? LibC.AF_INET6 : LibC.AF_INET, LibC.SOCK_RAW, IPPROTO_RAW);
        var level = family.IsV6 ? SOL_IPV6 : SOL_IP;
        var info = new byte[XTable.InfoSize];
        Encoding.ASCII.GetBytes(name, info.AsSpan(0, XT_TABLE_MAXNAMELEN - 1));
        Get(socket, level, IPT_SO_GET_INFO, info, name);
        var size = BinaryPrimitives.ReadInt32LittleEndian(info.AsSpan(XTable.SizeOffset));
        // struct ipt_get_entries { char name[32]; unsigned int size; struct ipt_entry entrytable[]; }: the entries start at offset 40.
        var answer = new byte[EntriesOffset + size];
        info.AsSpan(0, XT_TABLE_MAXNAMELEN).CopyTo(answer);
        BinaryPrimitives.WriteInt32LittleEndian(answer.AsSpan(XT_TABLE_MAXNAMELEN), size);
        Get(socket, level, IPT_SO_GET_ENTRIES, answer, name);
        return XTable.Decode(info, answer.AsSpan(EntriesOffset), family);
    }

    static void Get(Descriptor socket, int level, int option, byte[] buffer, string table)
    {
        socklen_t length = buffer.Length;
        fixed (byte* start = buffer)
        {
            KernelException.ThrowIfFailed(
                LibC.getsockopt(socket.Number, level, option, start, &length), $"read the table {table} of iptables");
        }
    }
}
