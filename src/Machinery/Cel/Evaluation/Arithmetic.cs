namespace Navarch.Machinery.Cel.Evaluation;

/// <summary>The operators on numbers, text, lists and time. What does not fit is an error, never cut off.</summary>
internal static class Arithmetic
{
    public static object Add(object left, object right, CelRun run)
    {
        switch (left, right)
        {
            case (long a, long b):
                var sum = unchecked(a + b);
                return ((a ^ sum) & (b ^ sum)) < 0 ? CelError.IntegerOverflow : sum;
            case (ulong a, ulong b):
                return ulong.MaxValue - a < b ? CelError.UnsignedOverflow : a + b;
            case (double a, double b):
                return a + b;
            case (string a, string b):
                run.Walk(a.Length + b.Length);
                return a.Length + b.Length > CelBudget.SizeMax ? CelError.TooLarge : a + b;
            case (byte[] a, byte[] b):
                run.Walk(a.Length + b.Length);
                return a.Length + b.Length > CelBudget.SizeMax ? CelError.TooLarge : a.Concat(b).ToArray();
            case (CelList a, CelList b):
                run.Walk(a.Count + b.Count);
                return a.Count + b.Count > CelBudget.SizeMax ? CelError.TooLarge : CelList.Of([.. a, .. b]);
            case (CelDuration a, CelDuration b):
                return Add(a.Nanoseconds, b.Nanoseconds, run) is long total ? new CelDuration(total) : CelError.DurationOverflow;
            case (CelTimestamp a, CelDuration b):
                return Moved(a, b.Nanoseconds);
            case (CelDuration a, CelTimestamp b):
                return Moved(b, a.Nanoseconds);
            default:
                return CelError.NoSuchOverload;
        }
    }

    public static object Subtract(object left, object right)
    {
        switch (left, right)
        {
            case (long a, long b):
                var rest = unchecked(a - b);
                return ((a ^ b) & (a ^ rest)) < 0 ? CelError.IntegerOverflow : rest;
            case (ulong a, ulong b):
                return a < b ? CelError.UnsignedOverflow : a - b;
            case (double a, double b):
                return a - b;
            case (CelDuration a, CelDuration b):
                return Subtract(a.Nanoseconds, b.Nanoseconds) is long span ? new CelDuration(span) : CelError.DurationOverflow;
            case (CelTimestamp a, CelDuration b):
                return Moved(a, -(Int128)b.Nanoseconds);
            case (CelTimestamp a, CelTimestamp b):
                var between = a.Nanoseconds - b.Nanoseconds;
                return between < long.MinValue || between > long.MaxValue ? CelError.DurationOverflow : new CelDuration((long)between);
            default:
                return CelError.NoSuchOverload;
        }
    }

    public static object Multiply(object left, object right)
    {
        switch (left, right)
        {
            case (long a, long b):
                var high = Math.BigMul(a, b, out var product);
                return high == product >> 63 ? product : CelError.IntegerOverflow;
            case (ulong a, ulong b):
                return Math.BigMul(a, b, out var low) == 0 ? low : CelError.UnsignedOverflow;
            case (double a, double b):
                return a * b;
            default:
                return CelError.NoSuchOverload;
        }
    }

    public static object Divide(object left, object right) => (left, right) switch
    {
        (long, 0L) or (ulong, 0UL) => CelError.DivisionByZero,
        (long.MinValue, -1L) => CelError.IntegerOverflow,
        (long a, long b) => a / b,
        (ulong a, ulong b) => a / b,
        (double a, double b) => a / b,
        _ => CelError.NoSuchOverload,
    };

    public static object Modulo(object left, object right) => (left, right) switch
    {
        (long, 0L) or (ulong, 0UL) => CelError.ModulusByZero,
        (long.MinValue, -1L) => CelError.IntegerOverflow,
        (long a, long b) => a % b,
        (ulong a, ulong b) => a % b,
        _ => CelError.NoSuchOverload,
    };

    public static object Negate(object value) => value switch
    {
        long.MinValue => CelError.IntegerOverflow,
        long number => -number,
        double number => -number,
        _ => CelError.NoSuchOverload,
    };

    private static object Moved(CelTimestamp time, Int128 nanoseconds) =>
        CelTimestamp.Of(time.Nanoseconds + nanoseconds) is { } moved ? moved : CelError.TimestampOverflow;
}
