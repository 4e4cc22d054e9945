using System.Buffers.Binary;

namespace CniBridge.Lab.Captures;

/// <summary>The bytes that a program sent to the kernel or received from it with one system call on a netlink socket.</summary>
/// <param name="IsSent">False if the program received it.</param>
sealed record Datagram(bool IsSent, byte[] Bytes)
{
    public const int HeaderSize = 16;

    /// <summary>Returns the messages of the datagram.</summary>
    /// <exception cref="LabException">A length is impossible.</exception>
    public List<byte[]> Split()
    {
        var messages = new List<byte[]>();
        for (var offset = 0; offset < Bytes.Length;)
        {
            var length = Bytes.Length - offset < HeaderSize ? 0 : BinaryPrimitives.ReadInt32LittleEndian(Bytes.AsSpan(offset));
            if (length < HeaderSize || length > Bytes.Length - offset)
            {
                throw new LabException($"byte {offset} of a datagram of {Bytes.Length} bytes starts no netlink message");
            }

            messages.Add(Bytes[offset..(offset + length)]);
            offset += (length + 3) & ~3;
        }

        return messages;
    }

    public static ushort TypeOf(byte[] message) => BinaryPrimitives.ReadUInt16LittleEndian(message.AsSpan(4));

    public static uint SequenceOf(byte[] message) => BinaryPrimitives.ReadUInt32LittleEndian(message.AsSpan(8));
}
