namespace CniBridge.Agent.Kubernetes.Wire;

/// <summary>The lines of a stream; a line that is longer than the limit is an error instead of a growing buffer.</summary>
sealed class BoundedLines(Stream input, int maxLength) : IDisposable
{
    readonly MemoryStream _line = new();
    readonly byte[] _buffer = new byte[16 * 1024];
    int _start, _end;

    /// <summary>Returns the next line without its end, or null where the stream ends.</summary>
    /// <exception cref="InvalidDataException">The line is too long, or the stream ends within it.</exception>
    internal byte[]? Read()
    {
        _line.SetLength(0);
        while (true)
        {
            var piece = _buffer.AsSpan(_start, _end - _start);
            var newLine = piece.IndexOf((byte)'\n');
            _line.Write(newLine < 0 ? piece : piece[..newLine]);
            if (_line.Length > maxLength)
                throw new InvalidDataException($"a line of the watch is longer than {maxLength} bytes");
            if (newLine >= 0)
            {
                _start += newLine + 1;
                return _line.ToArray();
            }
            (_start, _end) = (0, input.Read(_buffer));
            if (_end == 0)
                return _line.Length == 0 ? null : throw new InvalidDataException("the watch ends within a line");
        }
    }

    public void Dispose() => _line.Dispose();
}
