using System.Runtime.InteropServices;

namespace CniBridge.Linux.Files;

/// <summary>
/// A stream over a file descriptor, which it does not own by default. It calls only read(2) and write(2). System.Console would
/// start a signal thread and read the terminal settings, which takes 0.25 ms at start-up.
/// </summary>
public sealed unsafe class DescriptorStream(int descriptor, string name) : Stream
{
    public static DescriptorStream StandardInput { get; } = new(0, "standard input");
    public static DescriptorStream StandardOutput { get; } = new(1, "standard output");

    /// <summary>Standard error. A failed write is ignored, because log messages must not make a command fail.</summary>
    public static DescriptorStream StandardError { get; } = new(2, "standard error") { IgnoresWriteErrors = true };

    public bool IgnoresWriteErrors { get; init; }

    /// <summary>An object that is disposed with the stream; null for none.</summary>
    internal IDisposable? Owner { get; init; }

    /// <summary>An action that runs before each write; null for none.</summary>
    public Action? BeforeWrite { get; init; }

    /// <summary>
    /// Opens /dev/null for each standard stream that the caller closed. Otherwise the next file or socket would get that number and
    /// receive the output of the stream. Reading and writing such a stream still fail.
    /// </summary>
    public static void OccupyClosed()
    {
        for (var number = 0; number <= 2; number++)
        {
            // open(2) takes the lowest free number.
            if (LibC.fcntl(number, LibC.F_GETFD) < 0)
                _ = LibC.open("/dev/null", number == 0 ? LibC.O_WRONLY : LibC.O_RDONLY, 0);
        }
    }

    /// <summary>True if the stream is a pipe or a socket, and its reader closed it.</summary>
    public bool IsReaderGone
    {
        get
        {
            var polled = new pollfd { fd = descriptor };
            return LibC.poll_errno(&polled, 1, 0) > 0 && (polled.revents & LibC.POLLERR) != 0;
        }
    }

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
                var count = LibC.read(descriptor, start, buffer.Length);
                if (count >= 0)
                    return (int)count;
                ThrowUnlessInterrupted("read from");
            }
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        BeforeWrite?.Invoke();
        fixed (byte* start = buffer)
        {
            var written = 0;
            while (written < buffer.Length)
            {
                var count = LibC.write(descriptor, start + written, buffer.Length - written);
                if (count < 0 && IgnoresWriteErrors)
                    return;
                if (count < 0)
                    ThrowUnlessInterrupted("write to");
                else
                    written += (int)count;
            }
        }
    }

    void ThrowUnlessInterrupted(string operation)
    {
        var errno = Marshal.GetLastPInvokeError();
        if (errno != Errno.EINTR)
            throw new KernelException($"{operation} {name}", errno);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Owner?.Dispose();
        base.Dispose(disposing);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
}
