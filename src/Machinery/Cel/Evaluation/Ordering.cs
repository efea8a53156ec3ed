namespace Navarch.Machinery.Cel.Evaluation;

/// <summary>Which of two values comes first. Numbers of different types are compared as what they are, without rounding.</summary>
internal static class Ordering
{
    /// <summary>Negative, zero or positive; null where the values have no order, as NaN has none.</summary>
    public static int? Compare(object left, object right) => (left, right) switch
    {
        (long a, long b) => a.CompareTo(b),
        (string a, string b) => CompareText(a, b),
        (double a, double b) => Of(a, b),
        (ulong a, ulong b) => a.CompareTo(b),
        (long a, ulong b) => a < 0 ? -1 : ((ulong)a).CompareTo(b),
        (ulong a, long b) => b < 0 ? 1 : a.CompareTo((ulong)b),
        (long a, double b) => -Of(b, (Int128)a),
        (double a, long b) => Of(a, (Int128)b),
        (ulong a, double b) => -Of(b, (Int128)a),
        (double a, ulong b) => Of(a, (Int128)b),
        (bool a, bool b) => a.CompareTo(b),
        (byte[] a, byte[] b) => a.AsSpan().SequenceCompareTo(b),
        (CelTimestamp a, CelTimestamp b) => a.CompareTo(b),
        (CelDuration a, CelDuration b) => a.Nanoseconds.CompareTo(b.Nanoseconds),
        _ => null,
    };

    public static bool IsOrdered(object value) => value is long or ulong or double or string or bool or byte[] or CelTimestamp or CelDuration;

    private static int? Of(double left, double right) => double.IsNaN(left) || double.IsNaN(right) ? null : left.CompareTo(right);

    private static int? Of(double left, Int128 right)
    {
        if (double.IsNaN(left))
        {
            return null;
        }

        if (Math.Abs(left) >= 1e20)
        {
            return left > 0 ? 1 : -1;
        }

        var whole = Math.Floor(left);
        var order = ((Int128)whole).CompareTo(right);
        return order != 0 ? order : left > whole ? 1 : 0;
    }

    // By code points: surrogates, that stand for the highest ones, sort below some of the others in UTF-16.
    private static int CompareText(string left, string right)
    {
        var length = Math.Min(left.Length, right.Length);
        for (var i = 0; i < length; i++)
        {
            if (left[i] != right[i])
            {
                var (a, b) = (char.IsSurrogate(left[i]), char.IsSurrogate(right[i]));
                return a == b ? left[i].CompareTo(right[i]) : a ? 1 : -1;
            }
        }

        return left.Length.CompareTo(right.Length);
    }
}
