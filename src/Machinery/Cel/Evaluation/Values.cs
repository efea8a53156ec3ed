using System.Globalization;
using System.Text;
using Navarch.Machinery.Json;

namespace Navarch.Machinery.Cel.Evaluation;

/// <summary>What values are: their types, and when two are one.</summary>
internal static class Values
{
    public static object Box(bool value) => value ? JsonValues.True : JsonValues.False;

    public static bool IsOf(object value, CelType type) => type.Kind switch
    {
        CelKind.Bool => value is bool,
        CelKind.Int => value is long,
        CelKind.Uint => value is ulong,
        CelKind.Double => value is double,
        CelKind.String => value is string,
        CelKind.Bytes => value is byte[],
        CelKind.Null => value is JsonNull,
        CelKind.Timestamp => value is CelTimestamp,
        CelKind.Duration => value is CelDuration,
        CelKind.List => value is CelList list && (type.Parameters[0].Kind == CelKind.Parameter || HoldsOnly(list, type.Parameters[0])),
        CelKind.Map or CelKind.Object => value is CelMap,
        CelKind.Type => value is CelTypeValue,
        CelKind.Opaque => type.IsOptional ? value is CelOptional : value is ICelValue known && known.TypeName == type.Name,
        _ => true,
    };

    // Forms of a function that differ in the elements alone are told apart by the first one.
    private static bool HoldsOnly(CelList list, CelType type) => list.Count == 0 || IsOf(list[0], type);

    public static string TypeName(object value) => value switch
    {
        bool => "bool",
        long => "int",
        ulong => "uint",
        double => "double",
        string => "string",
        byte[] => "bytes",
        JsonNull => "null_type",
        CelTimestamp => "google.protobuf.Timestamp",
        CelDuration => "google.protobuf.Duration",
        CelList => "list",
        CelMap => "map",
        CelTypeValue => "type",
        CelOptional => "optional_type",
        ICelValue known => known.TypeName,
        _ => "dyn",
    };

    /// <summary>The form in which a value is a key of a map: whole numbers are one key whatever their type. Null where it can be none.</summary>
    public static object? AsKey(object value) => value switch
    {
        string or bool or long => value,
        ulong number => number <= long.MaxValue ? (long)number : number,
        double number => number >= long.MinValue && number < long.MaxValue && Math.Floor(number) == number ? (long)number : null,
        _ => null,
    };

    public static bool Same(object left, object right, CelRun run)
    {
        run.Spend(1);
        switch (left, right)
        {
            case (string a, string b):
                run.Walk(Math.Min(a.Length, b.Length));
                return a == b;
            case (long or ulong or double, long or ulong or double):
                return Ordering.Compare(left, right) == 0;
            case (byte[] a, byte[] b):
                run.Walk(a.Length);
                return a.AsSpan().SequenceEqual(b);
            case (CelList a, CelList b):
                return Same(a, b, run);
            case (CelMap a, CelMap b):
                return Same(a, b, run);
            case (CelOptional a, CelOptional b):
                return a.Value is null || b.Value is null ? a.Value is null && b.Value is null : Same(a.Value, b.Value, run);
            default:
                return left.Equals(right);
        }
    }

    private static bool Same(CelList left, CelList right, CelRun run)
    {
        CelRun.RequireStack();
        if (left.Count != right.Count)
        {
            return false;
        }

        for (var i = 0; i < left.Count; i++)
        {
            if (!Same(left[i], right[i], run))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Same(CelMap left, CelMap right, CelRun run)
    {
        CelRun.RequireStack();
        if (left.Count != right.Count)
        {
            return false;
        }

        foreach (var key in left.Keys)
        {
            if (right.Find(key) is not { } other || left.Find(key) is not { } value || !Same(value, other, run))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>As messages show a value.</summary>
    public static string Show(object value) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        double number => FormatDouble(number),
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        JsonNull => "null",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    public static string FormatDouble(double number)
    {
        if (double.IsNaN(number))
        {
            return "NaN";
        }

        if (double.IsInfinity(number))
        {
            return number > 0 ? "+Inf" : "-Inf";
        }

        // The shortest digits that read back as the number, with an exponent where it is below 1e-4 or at least 1e21.
        var text = number.ToString("E16", CultureInfo.InvariantCulture);
        var shortest = number.ToString("R", CultureInfo.InvariantCulture);
        var magnitude = int.Parse(text[(text.IndexOf('E') + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (number == 0 || magnitude is >= -4 and < 21)
        {
            return number == 0 ? (double.IsNegative(number) ? "-0" : "0") : shortest.Contains('E') ? ((decimal)number).ToString(CultureInfo.InvariantCulture) : shortest;
        }

        var mantissa = shortest.Contains('E') ? shortest[..shortest.IndexOf('E')] : (number / Math.Pow(10, magnitude)).ToString("R", CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{mantissa}e{(magnitude < 0 ? '-' : '+')}{Math.Abs(magnitude):D2}");
    }
}
