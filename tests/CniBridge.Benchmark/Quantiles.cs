namespace CniBridge.Benchmark;

/// <summary>Order statistics: the value below which a share of all values lies, interpolated between neighbours.</summary>
sealed class Quantiles
{
    readonly double[] _sorted;

    internal Quantiles(IEnumerable<double> values)
    {
        _sorted = [.. values];
        Array.Sort(_sorted);
    }

    internal double Min => this[0];
    internal double Median => this[0.5];

    internal double this[double share]
    {
        get
        {
            var place = share * (_sorted.Length - 1);
            var below = (int)place;
            var above = Math.Min(below + 1, _sorted.Length - 1);
            return _sorted[below] + ((place - below) * (_sorted[above] - _sorted[below]));
        }
    }
}
