using System.Runtime.InteropServices;
using System.Text;
using CniBridge.Linux.Files;

namespace CniBridge.Linux.Processes;

/// <summary>
/// The standard output of a running program as a stream. The program has no input. Its standard error is collected separately, so
/// the program never blocks on it.
/// </summary>
/// <exception cref="TimeoutException">Thrown by reads and by <see cref="Wait"/> if the program did not end in time.</exception>
public sealed unsafe class ChildStream : Stream
{
    /// <summary>The maximum number of bytes of standard error that are kept.</summary>
    const int MaxErrors = 64 * 1024;

    readonly string _path;
    readonly int _pid;
    readonly long _deadline;
    readonly Descriptor _output, _errors;
    readonly MemoryStream _errorText = new();
    readonly Lock _ending = new();
    int? _exitCode;

    /// <summary>Starts a program.</summary>
    /// <param name="timeout">The maximum run time of the program; null for no limit.</param>
    /// <exception cref="KernelException">The program could not be started: ENOENT, EACCES, …</exception>
    public ChildStream(
        string path,
        IEnumerable<string> arguments,
        IEnumerable<KeyValuePair<string, string>> environment,
        TimeSpan? timeout)
    {
        Descriptor.RefuseNul(path);
        _path = path;
        _deadline = timeout is { } time ? Environment.TickCount64 + (long)time.TotalMilliseconds : long.MaxValue;
        (_output, var childOutput) = Descriptor.OpenPipe();
        (_errors, var childErrors) = Descriptor.OpenPipe();
        using var input = Descriptor.Open("/dev/null", LibC.O_RDONLY);
        try
        {
            using (childOutput)
            using (childErrors)
                _pid = PosixSpawn.Start(path, arguments, environment, [input.Number, childOutput.Number, childErrors.Number]);
        }
        catch
        {
            ClosePipes();
            throw;
        }
    }

    /// <summary>The standard error of the program so far.</summary>
    public string Errors => Encoding.UTF8.GetString(_errorText.GetBuffer(), 0, (int)_errorText.Length);

    /// <summary>Returns 0 after the program closed its standard output and standard error, usually because it ended.</summary>
    public override int Read(Span<byte> buffer)
    {
        while (_output.Number >= 0 || _errors.Number >= 0)
        {
            var (isOutput, isErrors) = Poll();
            if (isErrors)
                ReadErrors();
            if (!isOutput)
                continue;
            using var stream = _output.Stream();
            var count = stream.Read(buffer);
            if (count > 0)
                return count;
            _output.Dispose();
        }
        return 0;
    }

    (bool IsOutput, bool IsErrors) Poll()
    {
        var polled = stackalloc pollfd[2];
        // poll ignores an entry with a negative descriptor.
        polled[0] = new pollfd { fd = _output.Number, events = LibC.POLLIN };
        polled[1] = new pollfd { fd = _errors.Number, events = LibC.POLLIN };
        var count = LibC.poll_errno(polled, 2, Left());
        if (count < 0 && Marshal.GetLastPInvokeError() != Errno.EINTR)
            throw new KernelException($"wait for {_path}", Marshal.GetLastPInvokeError());
        return (count > 0 && polled[0].revents != 0, count > 0 && polled[1].revents != 0);
    }

    /// <summary>Returns the remaining time in milliseconds, or -1 for no limit, as poll(2) expects it.</summary>
    int Left()
    {
        if (_deadline == long.MaxValue)
            return -1;
        var left = _deadline - Environment.TickCount64;
        return left > 0 ? (int)Math.Min(left, int.MaxValue) : throw new TimeoutException($"{_path} did not end in time");
    }

    void ReadErrors()
    {
        var buffer = new byte[4096];
        using var stream = _errors.Stream();
        var count = stream.Read(buffer.AsSpan());
        _errorText.Write(buffer, 0, (int)Math.Min(count, MaxErrors - _errorText.Length));
        if (count == 0)
            _errors.Dispose();
    }

    /// <summary>Discards the remaining output and waits until the program ends.</summary>
    /// <returns>The exit code, or 128 plus the number of the signal that ended the program.</returns>
    public int Wait()
    {
        var buffer = new byte[4096];
        while (Read(buffer.AsSpan()) > 0)
        {
        }
        // The program closed its streams and is about to end.
        while (!TryEnd())
        {
            _ = Left();
            Thread.Sleep(1);
        }
        return _exitCode!.Value;
    }

    bool TryEnd()
    {
        lock (_ending)
            return (_exitCode ??= PosixSpawn.TryWait(_pid)) is not null;
    }

    /// <summary>Kills the program. Another thread may call this method only; the reading thread then sees the end of the output.</summary>
    public void Kill()
    {
        lock (_ending)
        {
            // After waitpid(2) the process ID may belong to another process.
            if (_exitCode is null)
                _ = LibC.kill(_pid, LibC.SIGKILL);
        }
    }

    /// <summary>Kills the program if it still runs.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Kill();
            lock (_ending)
                _exitCode ??= PosixSpawn.Wait(_pid);
            ClosePipes();
        }
        base.Dispose(disposing);
    }

    void ClosePipes()
    {
        _output.Dispose();
        _errors.Dispose();
    }

    public override bool CanRead => true;
    public override bool CanWrite => false;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
}
