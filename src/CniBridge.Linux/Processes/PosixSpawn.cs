using System.Runtime.InteropServices;

namespace CniBridge.Linux.Processes;

/// <summary>Child processes: posix_spawn(3) and waitpid(2).</summary>
static unsafe class PosixSpawn
{
    /// <summary>Starts a program.</summary>
    /// <param name="arguments">The arguments after the program's name.</param>
    /// <param name="standard">The descriptors for its standard input, output and error.</param>
    /// <returns>The process ID. It stays reserved until <see cref="Wait"/> returns the exit code.</returns>
    /// <exception cref="KernelException">The program could not be started: ENOENT, EACCES, ETXTBSY, …</exception>
    internal static int Start(
        string path,
        IEnumerable<string> arguments,
        IEnumerable<KeyValuePair<string, string>> environment,
        ReadOnlySpan<int> standard)
    {
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        sigset_t signals = default;
        _ = LibC.posix_spawn_file_actions_init(&actions);
        for (var i = 0; i < standard.Length; i++)
            _ = LibC.posix_spawn_file_actions_adddup2(&actions, standard[i], i);
        // The .NET runtime ignores SIGPIPE, and a child process would inherit that.
        _ = LibC.posix_spawnattr_init(&attributes);
        _ = LibC.sigaddset(&signals, LibC.SIGPIPE);
        _ = LibC.posix_spawnattr_setsigdefault(&attributes, &signals);
        _ = LibC.posix_spawnattr_setflags(&attributes, LibC.POSIX_SPAWN_SETSIGDEF);
        using var texts = new NativeTexts([path, .. arguments]);
        using var variables = new NativeTexts(environment.Select(pair => $"{pair.Key}={pair.Value}"));
        using var program = new CString(path, stackalloc byte[CString.BufferSize]);
        pid_t pid;
        var errno = LibC.posix_spawn(&pid, program.Pointer, &actions, &attributes, texts.Pointer, variables.Pointer);
        _ = LibC.posix_spawn_file_actions_destroy(&actions);
        return errno == 0 ? pid : throw new KernelException($"start {path}", errno);
    }

    /// <summary>Waits until the process ends.</summary>
    /// <returns>The exit code, or 128 plus the number of the signal that ended the process.</returns>
    internal static int Wait(int pid)
    {
        int status;
        while (LibC.waitpid(pid, &status, 0) < 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            if (errno != Errno.EINTR)
                throw new KernelException("wait for a program", errno);
        }
        // #define WTERMSIG(status) ((status) & 0x7f)   #define WEXITSTATUS(status) (((status) & 0xff00) >> 8)
        return (status & 0x7f) == 0 ? (status & 0xff00) >> 8 : 128 + (status & 0x7f);
    }

    /// <summary>A char *const[]: NUL-terminated strings, with a null pointer at the end.</summary>
    sealed class NativeTexts : IDisposable
    {
        readonly List<nint> _texts = [];

        internal NativeTexts(IEnumerable<string> texts)
        {
            foreach (var text in texts)
                _texts.Add(Marshal.StringToCoTaskMemUTF8(text));
            Pointer = (byte**)NativeMemory.AllocZeroed((nuint)_texts.Count + 1, (nuint)sizeof(nint));
            for (var i = 0; i < _texts.Count; i++)
                Pointer[i] = (byte*)_texts[i];
        }

        internal byte** Pointer { get; }

        public void Dispose()
        {
            foreach (var text in _texts)
                Marshal.FreeCoTaskMem(text);
            NativeMemory.Free(Pointer);
        }
    }
}
