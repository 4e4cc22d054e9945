using System.Runtime.InteropServices;
using CniBridge.Linux.Files;

namespace CniBridge.Linux.Processes;

/// <summary>The exit code and the output of a program.</summary>
/// <param name="ExitCode">The exit code, or 128 plus the number of the signal that ended the program.</param>
public sealed record ChildResult(int ExitCode, byte[] Output, byte[] Errors)
{
    const int Killed = 128;

    /// <summary>Returns "exit status 3" or "signal 9".</summary>
    public string Describe() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"{(ExitCode > Killed ? "signal" : "exit status")} {(ExitCode > Killed ? ExitCode - Killed : ExitCode)}");
}

/// <summary>
/// Runs a program with a given environment and standard input until it ends. It uses posix_spawn(3) and poll(2): the Process class
/// of the base library brings sockets and a thread pool with it, a tenth of the binary.
/// </summary>
public static unsafe class ChildProcess
{
    /// <summary>PIPE_BUF (pipe(7)): a write of this size does not block after poll reported POLLOUT.</summary>
    const int PipeBuf = 4096;

    /// <summary>Runs a program and returns its exit code, standard output and standard error.</summary>
    /// <exception cref="KernelException">The program could not be started: ENOENT, EACCES, ETXTBSY, …</exception>
    public static ChildResult Run(string path, IEnumerable<KeyValuePair<string, string>> environment, byte[] input)
    {
        Descriptor.RefuseNul(path);
        var (childInput, ourInput) = Descriptor.OpenPipe();
        var (ourOutput, childOutput) = Descriptor.OpenPipe();
        var (ourErrors, childErrors) = Descriptor.OpenPipe();
        using (ourInput)
        using (ourOutput)
        using (ourErrors)
        {
            int pid;
            using (childInput)
            using (childOutput)
            using (childErrors)
                pid = PosixSpawn.Start(path, [], environment, [childInput.Number, childOutput.Number, childErrors.Number]);
            var output = new MemoryStream();
            var errors = new MemoryStream();
            Exchange(ourInput, input, (ourOutput, output), (ourErrors, errors));
            return new ChildResult(PosixSpawn.Wait(pid), output.ToArray(), errors.ToArray());
        }
    }

    /// <summary>Writes the input while it reads the output: otherwise both programs could wait for each other forever.</summary>
    static void Exchange(Descriptor input, byte[] bytes, params ReadOnlySpan<(Descriptor From, MemoryStream To)> outputs)
    {
        var polled = stackalloc pollfd[3];
        polled[0] = new pollfd { fd = input.Number, events = LibC.POLLOUT };
        for (var i = 0; i < outputs.Length; i++)
            polled[i + 1] = new pollfd { fd = outputs[i].From.Number, events = LibC.POLLIN };
        var buffer = new byte[4096];
        for (var written = 0; polled[0].fd >= 0 || polled[1].fd >= 0 || polled[2].fd >= 0;)
        {
            // poll ignores an entry with a negative descriptor.
            if (LibC.poll_errno(polled, 3, -1) < 0 && Marshal.GetLastPInvokeError() != Errno.EINTR)
                throw new KernelException("wait for a program", Marshal.GetLastPInvokeError());
            if (polled[0].revents != 0 && !TryWrite(input, bytes, ref written))
                polled[0].fd = -1;
            for (var i = 0; i < outputs.Length; i++)
            {
                if (polled[i + 1].revents != 0 && !TryRead(outputs[i].From, outputs[i].To, buffer))
                    polled[i + 1].fd = -1;
            }
        }
    }

    /// <summary>Writes the next part of the input. Returns false if all is written, or if the program closed its input.</summary>
    static bool TryWrite(Descriptor input, byte[] bytes, ref int written)
    {
        var chunk = bytes.AsSpan(written, Math.Min(PipeBuf, bytes.Length - written));
        fixed (byte* start = chunk)
        {
            var count = chunk.IsEmpty ? 0 : LibC.write(input.Number, start, chunk.Length);
            written += (int)Math.Max(0, count);
        }
        if (written < bytes.Length && Marshal.GetLastPInvokeError() is not Errno.EPIPE)
            return true;
        input.Dispose();
        return false;
    }

    static bool TryRead(Descriptor output, MemoryStream to, byte[] buffer)
    {
        using var stream = output.Stream();
        var count = stream.Read(buffer);
        to.Write(buffer, 0, count);
        return count > 0;
    }
}
