using System.Runtime.InteropServices.Marshalling;

namespace CniBridge.Linux;

/// <summary>A string as C functions take it: UTF-8 and a zero byte, in the caller's buffer if it fits, else on the heap.</summary>
unsafe ref struct CString : IDisposable
{
    /// <summary>The size, in bytes, of the buffer that a caller gives.</summary>
    internal const int BufferSize = 256;

    Utf8StringMarshaller.ManagedToUnmanagedIn _marshaller;

    /// <param name="text">Must not contain a NUL character; see <see cref="Descriptor.RefuseNul"/>.</param>
    /// <param name="buffer">Memory on the stack of the caller: the collector must not move it.</param>
    internal CString(string text, Span<byte> buffer) => _marshaller.FromManaged(text, buffer);

    internal byte* Pointer => _marshaller.ToUnmanaged();

    public void Dispose() => _marshaller.Free();
}
