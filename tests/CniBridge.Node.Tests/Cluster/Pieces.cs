namespace CniBridge.Node.Tests.Cluster;

/// <summary>A stream that is generated during reading and returns a fixed number of bytes at a time.</summary>
sealed class Pieces(IEnumerable<byte[]> parts, int size) : Stream
{
    readonly IEnumerator<byte[]> _parts = parts.GetEnumerator();
    byte[] _part = [];
    int _position;
    long _length;

    /// <summary>The memory in bytes that the generation used.</summary>
    internal long Allocated { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        while (_position == _part.Length)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var isMore = _parts.MoveNext();
            Allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            if (!isMore)
                return 0;
            (_part, _position) = (_parts.Current, 0);
        }
        var count = Math.Min(Math.Min(size, buffer.Length), _part.Length - _position);
        _part.AsSpan(_position, count).CopyTo(buffer);
        _position += count;
        _length += count;
        return count;
    }

    /// <summary>The number of bytes read so far.</summary>
    public override long Length => _length;

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Position { get => _length; set => throw new NotSupportedException(); }
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
