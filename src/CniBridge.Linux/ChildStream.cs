using System.Runtime.InteropServices;
using System.Text;

namespace CniBridge.Linux;

/// <summary>
/// What a running program writes to its standard output, as it comes; it has no input. What it says on standard error is kept
/// beside, and never makes it wait.
/// </summary>
/// <exception cref="TimeoutException">From reading and from <see cref="Wait"/>: the program did not come to an end in time.</exception>
public sealed unsafe class ChildStream : Stream
{
    /// <summary>Of what is said on standard error so much is kept.</summary>
    const int MaxErrors = 64 * 1024;

    readonly string _path;
    readonly int _pid;
    readonly long _deadline;
    readonly Descriptor _output, _errors;
    readonly MemoryStream _errorText = new();
    readonly Lock _ending = new();
    int? _exitCode;

    /// <param name="timeout">For all of the program's life; null: as long as it likes.</param>
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
                _pid = Spawned.Start(path, arguments, environment, [input.Number, childOutput.Number, childErrors.Number]);
        }
        catch
        {
            ClosePipes();
            throw;
        }
    }

    /// <summary>What it said on standard error until now.</summary>
    public string Errors => Encoding.UTF8.GetString(_errorText.GetBuffer(), 0, (int)_errorText.Length);

    /// <summary>Zero when the program has closed its output and its standard error, which most do by ending.</summary>
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
        // A negative number is one that poll passes over.
        polled[0] = new pollfd { fd = _output.Number, events = LibC.POLLIN };
        polled[1] = new pollfd { fd = _errors.Number, events = LibC.POLLIN };
        var count = LibC.poll_errno(polled, 2, Left());
        if (count < 0 && Marshal.GetLastPInvokeError() != Errno.EINTR)
            throw new KernelException($"wait for {_path}", Marshal.GetLastPInvokeError());
        return (count > 0 && polled[0].revents != 0, count > 0 && polled[1].revents != 0);
    }

    /// <summary>Milliseconds for poll(2).</summary>
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

    /// <summary>Passes over the rest of its output and waits for its end.</summary>
    /// <returns>The exit code, or 128 and the number of the signal that ended it.</returns>
    public int Wait()
    {
        var buffer = new byte[4096];
        while (Read(buffer.AsSpan()) > 0)
        {
        }
        // It has closed all, so this is the moment between that and its end.
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
            return (_exitCode ??= Spawned.TryWait(_pid)) is not null;
    }

    /// <summary>Ends the program at once. The only thing that another thread may do: whoever reads then sees the end.</summary>
    public void Kill()
    {
        lock (_ending)
        {
            // The number of one that was waited for may be another process's.
            if (_exitCode is null)
                _ = LibC.kill(_pid, LibC.SIGKILL);
        }
    }

    /// <summary>Ends the program if it still runs.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Kill();
            lock (_ending)
                _exitCode ??= Spawned.Wait(_pid);
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
