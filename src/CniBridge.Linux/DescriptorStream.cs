using System.Runtime.InteropServices;

namespace CniBridge.Linux;

/// <summary>
/// A file descriptor as a stream, without ownership: read(2) and write(2) and nothing else. System.Console would start a
/// signal thread and read the terminal's state, which costs a quarter of a millisecond at start-up.
/// </summary>
public sealed unsafe class DescriptorStream(int descriptor) : Stream
{
    public static DescriptorStream StandardInput => new(0);
    public static DescriptorStream StandardOutput => new(1);
    public static DescriptorStream StandardError => new(2);

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                var count = LibC.read(descriptor, start, (nuint)buffer.Length);
                if (count >= 0)
                    return (int)count;
                ThrowUnlessInterrupted("read");
            }
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            var written = 0;
            while (written < buffer.Length)
            {
                var count = LibC.write(descriptor, start + written, (nuint)(buffer.Length - written));
                if (count < 0)
                    ThrowUnlessInterrupted("write");
                else
                    written += (int)count;
            }
        }
    }

    static void ThrowUnlessInterrupted(string operation)
    {
        var errno = Marshal.GetLastPInvokeError();
        if (errno != Errno.EINTR)
            throw new KernelException(operation, errno);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
}
