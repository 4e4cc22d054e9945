using System.Runtime.InteropServices;

namespace CniBridge.Benchmark;

/// <summary>A null-terminated array of C strings for the arguments and the environment of execve.</summary>
sealed unsafe class NativeTexts : IDisposable
{
    readonly int _count;

    internal NativeTexts(IReadOnlyList<string> texts)
    {
        _count = texts.Count;
        Pointer = (byte**)NativeMemory.AllocZeroed((nuint)(_count + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < _count; i++)
            Pointer[i] = (byte*)Marshal.StringToCoTaskMemUTF8(texts[i]);
    }

    internal byte** Pointer { get; }

    public void Dispose()
    {
        for (var i = 0; i < _count; i++)
            Marshal.FreeCoTaskMem((nint)Pointer[i]);
        NativeMemory.Free(Pointer);
    }
}
