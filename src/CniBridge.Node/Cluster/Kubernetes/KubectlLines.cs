using System.Text;

namespace CniBridge.Node.Cluster.Kubernetes;

/// <summary>
/// The lines of a watch. Each event is a line: TYPE NAME and the relevant values. Most events do not change these values.
/// </summary>
sealed class KubectlLines
{
    const int MaxLine = 1024 * 1024;

    /// <summary>The last values of each node, by name, from the current watch.</summary>
    Dictionary<string, string> _told = new(StringComparer.Ordinal);

    /// <summary>
    /// The values from the previous watch that the current one has not repeated yet. A node that was deleted between two watches is
    /// never repeated, so its values are dropped with the next restart.
    /// </summary>
    Dictionary<string, string> _former = new(StringComparer.Ordinal);

    byte[] _buffer = new byte[16 * 1024];
    int _end;
    bool _isFirst;

    /// <summary>The number of nodes whose values are stored.</summary>
    internal int Count => _told.Count + _former.Count;

    /// <summary>
    /// Begins a new watch, which reports every existing node. Its first line always counts as a change, because events between the
    /// watches were missed.
    /// </summary>
    internal void Restart()
    {
        _end = 0;
        _isFirst = true;
        _former = _told;
        _told = new Dictionary<string, string>(StringComparer.Ordinal);
    }

    /// <summary>Waits for a change, and reads all lines that have arrived by then.</summary>
    /// <returns>False at the end of the stream.</returns>
    /// <exception cref="IOException">The stream cannot be read, or a line is too long.</exception>
    internal bool ReadChange(Stream from)
    {
        while (true)
        {
            if (_end == _buffer.Length)
            {
                if (_end >= MaxLine)
                    throw new IOException("a line is longer than 1 MiB");
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }
            var count = from.Read(_buffer.AsSpan(_end));
            if (count == 0)
                return false;
            _end += count;
            if (TakeLines())
                return true;
        }
    }

    bool TakeLines()
    {
        var isChange = false;
        var start = 0;
        for (int length; (length = _buffer.AsSpan(start, _end - start).IndexOf((byte)'\n')) >= 0; start += length + 1)
            isChange |= Take(Encoding.UTF8.GetString(_buffer, start, length));
        _buffer.AsSpan(start, _end - start).CopyTo(_buffer);
        _end -= start;
        return isChange;
    }

    bool Take(string line)
    {
        var isChange = _isFirst;
        _isFirst = false;
        var words = line.Split(' ', 3);
        if (words.Length < 3)
            return isChange;
        var (name, told) = (words[1], words[2]);
        var before = Remove(name);
        if (words[0] == "DELETED")
            return before is not null || isChange;
        _told[name] = told;
        return before != told || isChange;
    }

    string? Remove(string name)
    {
        var isFormer = _former.Remove(name, out var former);
        return _told.Remove(name, out var told) ? told : isFormer ? former : null;
    }
}
