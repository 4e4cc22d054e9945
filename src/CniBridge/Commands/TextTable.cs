using System.Text;

namespace CniBridge.Commands;

/// <summary>Columns that stand one below the other.</summary>
sealed class TextTable(params string[] titles)
{
    readonly List<string[]> _rows = [titles];
    readonly int[] _widths = Array.ConvertAll(titles, title => title.Length);

    internal bool IsEmpty => _rows.Count == 1;

    /// <summary>An empty cell is shown as '-'.</summary>
    internal void Add(params string[] cells)
    {
        var row = Array.ConvertAll(cells, cell => cell.Length == 0 ? "-" : cell);
        for (var i = 0; i < row.Length; i++)
            _widths[i] = Math.Max(_widths[i], Paint.WidthOf(row[i]));
        _rows.Add(row);
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var row in _rows)
        {
            for (var i = 0; i < row.Length - 1; i++)
                text.Append(row[i]).Append(' ', _widths[i] + 2 - Paint.WidthOf(row[i]));
            text.Append(row[^1]).Append('\n');
        }
        return text.ToString();
    }
}
