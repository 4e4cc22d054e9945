namespace CniBridge.Agent.Kubernetes.Wire;

/// <summary>
/// The body of a list. It ends with an error before a server that sends without end fills the memory.
/// </summary>
/// <param name="maxTotal">The longest body in bytes.</param>
/// <param name="maxObject">The longest object in bytes. A reader collects a long text in memory before it returns the text.</param>
sealed class BoundedStream(Stream input, long maxTotal, int maxObject) : Stream
{
    /// <summary>The longest list: 40,000 nodes with 15 kB each have 600 MB.</summary>
    internal const long MaxList = 1024L * 1024 * 1024;

    long _total, _object;

    public override bool CanRead => true;
    public override bool CanWrite => false;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Counts the bytes of the next object from here.</summary>
    internal void StartObject() => _object = 0;

    /// <exception cref="InvalidDataException">The body or the object is too long.</exception>
    public override int Read(Span<byte> buffer)
    {
        var count = input.Read(buffer);
        (_total, _object) = (_total + count, _object + count);
        if (_total > maxTotal)
            throw new InvalidDataException($"the list is longer than {maxTotal} bytes");
        return _object <= maxObject ? count : throw new InvalidDataException($"an object of the list is longer than {maxObject} bytes");
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
}
