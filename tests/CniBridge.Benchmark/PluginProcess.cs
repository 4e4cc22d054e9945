using System.Diagnostics;
using System.Text;

namespace CniBridge.Benchmark;

/// <summary>
/// One plugin process as a runtime runs it: spawn, configuration in, result out, wait. All other work is outside the measured time, so the
/// harness adds the same few system calls for each contender.
/// </summary>
sealed unsafe class PluginProcess : IDisposable
{
    /// <summary>
    /// The size of the output buffer. Results have 1 KB, and pipes and this buffer hold 64 KB, so no process waits for the harness.
    /// </summary>
    const int MaxOutput = 64 * 1024;

    readonly NativeTexts _arguments;
    readonly NativeTexts _environment;
    readonly byte[] _input;
    readonly byte[] _output = GC.AllocateUninitializedArray<byte>(MaxOutput);
    readonly (int Read, int Write) _inputPipe = MakePipe();
    readonly (int Read, int Write) _outputPipe = MakePipe();
    readonly int _errors = (int)LibC.Check(LibC.memfd_create("stderr", LibC.MFD_CLOEXEC), "memfd_create");
    LibC.opaque _actions;
    LibC.opaque _attributes;
    long _start;
    int _pid;

    internal PluginProcess(IReadOnlyList<string> arguments, IReadOnlyList<string> environment, string input)
    {
        _arguments = new NativeTexts(arguments);
        _environment = new NativeTexts(environment);
        _input = Encoding.UTF8.GetBytes(input);
        LibC.opaque all;
        _ = LibC.sigfillset(&all);
        fixed (LibC.opaque* actions = &_actions, attributes = &_attributes)
        {
            _ = LibC.posix_spawn_file_actions_init(actions);
            _ = LibC.posix_spawn_file_actions_adddup2(actions, _inputPipe.Read, 0);
            _ = LibC.posix_spawn_file_actions_adddup2(actions, _outputPipe.Write, 1);
            _ = LibC.posix_spawn_file_actions_adddup2(actions, _errors, 2);
            // The runtime of the harness ignores SIGPIPE. A plugin starts with the default action of every signal.
            _ = LibC.posix_spawnattr_init(attributes);
            _ = LibC.posix_spawnattr_setflags(attributes, LibC.POSIX_SPAWN_SETSIGDEF);
            _ = LibC.posix_spawnattr_setsigdefault(attributes, &all);
        }
    }

    /// <summary>
    /// Waits until all processes have ended that plugins left to us. A DEL of ours leaves a child, which must not be taken for the next
    /// plugin.
    /// </summary>
    internal static void WaitForOrphans()
    {
        int status;
        LibC.rusage usage;
        while (LibC.wait4(-1, &status, 0, &usage) > 0)
        {
        }
    }

    /// <summary>Starts the clock and the process, and gives it its whole input.</summary>
    internal void Start()
    {
        int error;
        fixed (LibC.opaque* actions = &_actions, attributes = &_attributes)
        fixed (int* pid = &_pid)
        fixed (byte* input = _input)
        {
            _start = Stopwatch.GetTimestamp();
            error = LibC.posix_spawn(
                pid, _arguments.Pointer[0], actions, attributes, _arguments.Pointer, _environment.Pointer);
            _ = LibC.close(_inputPipe.Read);
            _ = LibC.close(_outputPipe.Write);
            // A plugin that ends without reading makes this fail. Its exit code is reported.
            _ = LibC.write(_inputPipe.Write, input, (nuint)_input.Length);
            _ = LibC.close(_inputPipe.Write);
        }
        if (error != 0)
            throw new IOException($"posix_spawn: error {error}");
    }

    /// <summary>Reads the output to its end, waits for the process and stops the clock.</summary>
    /// <param name="isRelayed">True if a relay started the process and left it to us. Waits for the other processes too.</param>
    internal ProcessOutcome Finish(bool isRelayed = false)
    {
        var length = 0;
        var status = 0;
        var usage = default(LibC.rusage);
        fixed (byte* output = _output)
        {
            for (nint count; (count = LibC.read(_outputPipe.Read, output + length, (nuint)(MaxOutput - length))) > 0;)
                length += (int)count;
        }
        LibC.Check(LibC.wait4(_pid, &status, 0, &usage), "wait4");
        if (isRelayed)
            LibC.Check(LibC.wait4(-1, &status, 0, &usage), "wait4");
        var wall = Stopwatch.GetElapsedTime(_start).TotalMilliseconds;
        return new ProcessOutcome(ToExitCode(status), wall, Milliseconds(usage.ru_utime) + Milliseconds(usage.ru_stime),
            usage.ru_maxrss, Encoding.UTF8.GetString(_output, 0, length), ReadErrors());
    }

    static (int Read, int Write) MakePipe()
    {
        var ends = stackalloc int[2];
        LibC.Check(LibC.pipe2(ends, LibC.O_CLOEXEC), "pipe2");
        return (ends[0], ends[1]);
    }

    /// <summary>Converts a wait status as a shell does: a signal becomes 128 plus its number.</summary>
    static int ToExitCode(int status) => (status & 0x7f) == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f);

    static double Milliseconds(LibC.timeval time) => (time.tv_sec * 1e3) + (time.tv_usec / 1e3);

    string ReadErrors()
    {
        var buffer = stackalloc byte[4096];
        return Encoding.UTF8.GetString(buffer, (int)LibC.Check(LibC.pread(_errors, buffer, 4096, 0), "pread"));
    }

    public void Dispose()
    {
        _ = LibC.close(_outputPipe.Read);
        _ = LibC.close(_errors);
        fixed (LibC.opaque* actions = &_actions, attributes = &_attributes)
        {
            _ = LibC.posix_spawn_file_actions_destroy(actions);
            _ = LibC.posix_spawnattr_destroy(attributes);
        }
        _arguments.Dispose();
        _environment.Dispose();
    }
}
