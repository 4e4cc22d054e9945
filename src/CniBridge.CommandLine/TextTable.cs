namespace CniBridge.CommandLine;

/// <summary>A table of text with aligned columns.</summary>
sealed class TextTable(params string[] titles)
{
    /// <summary>The least width of a shortened column, if its title is not longer.</summary>
    const int LeastWidth = 6;

    const int Gap = 2;

    readonly List<ScreenText[]> _rows = [Array.ConvertAll(titles, title => (ScreenText)title)];
    readonly int[] _widths = Array.ConvertAll(titles, title => title.Length);
    int _taken;

    /// <summary>The titles of the columns with numbers, which are aligned to the right.</summary>
    internal string[] Numbers { get; init; } = [];

    /// <summary>The titles of the columns that may be shortened. Addresses and names of links are useless if they are incomplete.</summary>
    internal string[] Shortened { get; init; } = [];

    internal bool IsEmpty => _rows.Count == 1;

    /// <summary>Adds a row. An empty cell is shown as '-'.</summary>
    internal void Add(params ScreenText[] cells)
    {
        var row = Array.ConvertAll(cells, cell => cell.IsEmpty ? "-" : cell);
        for (var i = 0; i < row.Length; i++)
            _widths[i] = Math.Max(_widths[i], row[i].Width);
        _rows.Add(row);
    }

    /// <summary>Returns the table without shortened cells.</summary>
    internal ScreenText ToText() => ToText(_widths);

    /// <summary>Returns the table in a width. A table that is still too wide with all shortened columns has longer lines.</summary>
    internal ScreenText ToText(int width) => ToText(Shorten(width));

    /// <summary>Returns the rows since the last call, and the titles in the first call. Wider cells widen the later rows only.</summary>
    internal ScreenText TakeNewRows(int width)
    {
        var text = ToText(Shorten(width), _taken);
        _taken = _rows.Count;
        return text;
    }

    int[] Shorten(int width)
    {
        var widths = (int[])_widths.Clone();
        var excess = widths.Sum() + (Gap * (widths.Length - 1)) - width;
        for (; excess > 0; excess--)
        {
            var widest = -1;
            for (var i = 0; i < widths.Length; i++)
            {
                if (Shortened.Contains(titles[i]) && widths[i] > Math.Max(LeastWidth, titles[i].Length) &&
                    (widest < 0 || widths[i] > widths[widest]))
                {
                    widest = i;
                }
            }
            if (widest < 0)
                break;
            widths[widest]--;
        }
        return widths;
    }

    ScreenText ToText(int[] widths, int start = 0)
    {
        var text = new ScreenText();
        foreach (var row in _rows[start..])
        {
            for (var i = 0; i < row.Length; i++)
            {
                var cell = row[i].Shorten(widths[i]);
                var padding = widths[i] - cell.Width;
                var isNumber = Numbers.Contains(titles[i]);
                text.Append(' ', isNumber ? padding : 0).Append(cell);
                if (i < row.Length - 1)
                    text.Append(' ', Gap + (isNumber ? 0 : padding));
            }
            text.Append('\n');
        }
        return text;
    }
}
