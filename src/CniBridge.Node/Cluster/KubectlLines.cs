using System.Text;

namespace CniBridge.Node.Cluster;

/// <summary>What a watch prints, a line for each event: TYPE NAME and what is of interest. Most events change none of it.</summary>
sealed class KubectlLines
{
    const int MaxLine = 1024 * 1024;

    /// <summary>By name what was told of the node last.</summary>
    readonly Dictionary<string, string> _told = new(StringComparer.Ordinal);

    byte[] _buffer = new byte[16 * 1024];
    int _end;
    bool _isFirst;

    /// <summary>Another watch begins. What happened before it is unknown, so its first line is a change whatever it says.</summary>
    internal void Restart()
    {
        _end = 0;
        _isFirst = true;
    }

    /// <summary>Waits for a line that tells something new, and takes with it all that have come by then.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="IOException">It cannot be read, or is no line.</exception>
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
        if (words[0] == "DELETED")
            return _told.Remove(name) || isChange;
        if (_told.TryGetValue(name, out var before) && before == told)
            return isChange;
        _told[name] = told;
        return true;
    }
}
