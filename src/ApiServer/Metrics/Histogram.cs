using System.Globalization;

namespace Navarch.ApiServer.Metrics;

/// <summary>Counts values by size. Safe from any thread; what is read while others add is each number for itself true.</summary>
/// <param name="bounds">Upper bounds of the buckets, ascending.</param>
internal sealed class Histogram(double[] bounds)
{
    private readonly long[] counts = new long[bounds.Length + 1];

    // The sum in thousandths: additions to a double would have to be tried again whenever two meet.
    private long thousandths;

    public void Add(double value)
    {
        var at = Array.BinarySearch(bounds, value);
        Interlocked.Increment(ref counts[at < 0 ? ~at : at]);
        Interlocked.Add(ref thousandths, (long)(value * 1000));
    }

    public long Count
    {
        get
        {
            long all = 0;
            foreach (ref var count in counts.AsSpan())
            {
                all += Volatile.Read(ref count);
            }

            return all;
        }
    }

    public void Write(MetricsText text, string labels)
    {
        long below = 0;
        for (var i = 0; i < bounds.Length; i++)
        {
            below += Volatile.Read(ref counts[i]);
            text.Line("_bucket", labels, string.Create(CultureInfo.InvariantCulture, $"le=\"{bounds[i]}\""), below);
        }

        below += Volatile.Read(ref counts[^1]);
        text.Line("_bucket", labels, "le=\"+Inf\"", below);
        text.Line("_sum", labels, "", Volatile.Read(ref thousandths) / 1000.0);
        text.Line("_count", labels, "", below);
    }
}
