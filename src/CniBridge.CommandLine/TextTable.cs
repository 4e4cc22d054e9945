namespace CniBridge.CommandLine;

/// <summary>A table of text with aligned columns.</summary>
sealed class TextTable(params string[] titles)
{
    readonly List<ScreenText[]> _rows = [Array.ConvertAll(titles, title => (ScreenText)title)];
    readonly int[] _widths = Array.ConvertAll(titles, title => title.Length);

    internal bool IsEmpty => _rows.Count == 1;

    /// <summary>Adds a row. An empty cell is shown as '-'.</summary>
    internal void Add(params ScreenText[] cells)
    {
        var row = Array.ConvertAll(cells, cell => cell.IsEmpty ? "-" : cell);
        for (var i = 0; i < row.Length; i++)
            _widths[i] = Math.Max(_widths[i], row[i].Width);
        _rows.Add(row);
    }

    internal ScreenText ToText()
    {
        var text = new ScreenText();
        foreach (var row in _rows)
        {
            for (var i = 0; i < row.Length - 1; i++)
                text.Append(row[i]).Append(' ', _widths[i] + 2 - row[i].Width);
            text.Append(row[^1]).Append('\n');
        }
        return text;
    }
}
