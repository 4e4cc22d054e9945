using System.Runtime.InteropServices.Marshalling;
using CniBridge.Linux.Files;

namespace CniBridge.Linux.Interop;

/// <summary>A NUL-terminated UTF-8 string for C functions. It uses the caller's buffer, or the heap if the text does not fit.</summary>
unsafe ref struct CString : IDisposable
{
    /// <summary>The size, in bytes, of the caller's buffer.</summary>
    internal const int BufferSize = 256;

    Utf8StringMarshaller.ManagedToUnmanagedIn _marshaller;

    /// <param name="text">Must not contain a NUL character; see <see cref="Descriptor.RefuseNul"/>.</param>
    /// <param name="buffer">Memory on the caller's stack, because the garbage collector must not move it.</param>
    internal CString(string text, Span<byte> buffer) => _marshaller.FromManaged(text, buffer);

    internal byte* Pointer => _marshaller.ToUnmanaged();

    public void Dispose() => _marshaller.Free();
}
