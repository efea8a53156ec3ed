using System.Globalization;
using System.Text;
using Navarch.Machinery.Cel.Checking;
using Navarch.Machinery.Cel.Evaluation;
using Navarch.Machinery.Errors;

namespace Navarch.Machinery.Cel.Library;

/// <summary>From one type to another. What does not fit is an error.</summary>
internal static class Conversions
{
    public static IEnumerable<Overload> All =>
    [
        .. Each("int", ["int", "uint", "double", "string", "timestamp", "duration"], ToInt),
        .. Each("uint", ["uint", "int", "double", "string"], ToUint),
        .. Each("double", ["double", "int", "uint", "string"], ToDouble),
        .. Each("string", ["string", "bool", "int", "uint", "double", "bytes", "timestamp", "duration"], ToText),
        .. Each("bytes", ["bytes", "string"], static (a, run) => a[0] is string text ? Walked(text, run, static text => Encoding.UTF8.GetBytes(text)) : a[0]),
        .. Each("bool", ["bool", "string"], ToBool),
        .. Each("timestamp", ["timestamp", "string", "int"], ToTimestamp),
        .. Each("duration", ["duration", "string", "int"], ToDuration),
        Signature.Read("dyn(A) -> dyn", static (a, _) => a[0]),
        Signature.Read("type(A) -> type(A)", static (a, _) => new CelTypeValue(Values.TypeName(a[0]))),
    ];

    private static IEnumerable<Overload> Each(string to, string[] from, CelFunction function) => from.Select(type => Signature.Read($"{to}({type}) -> {to}", function));

    private static object Walked(string text, CelRun run, Func<string, object> convert)
    {
        run.Walk(text.Length);
        return convert(text);
    }

    private static CelError NotA(string function, string text) => new($"strconv.{function}: parsing {GoText.Quote(text)}: invalid syntax");

    private static object ToInt(ReadOnlySpan<object> arguments, CelRun run) => arguments[0] switch
    {
        ulong number => number > long.MaxValue ? CelError.IntegerOverflow : (long)number,
        double number => number is > -9223372036854775808.0 and < 9223372036854775808.0 ? (long)number : CelError.IntegerOverflow,
        CelTimestamp time => time.Seconds,
        CelDuration span => span.Nanoseconds,
        string text => Walked(text, run, static text =>
            long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : NotA("ParseInt", text)),
        var value => value,
    };

    private static object ToUint(ReadOnlySpan<object> arguments, CelRun run) => arguments[0] switch
    {
        long number => number < 0 ? CelError.UnsignedOverflow : (ulong)number,
        double number => number is >= 0 and < 18446744073709551616.0 ? (ulong)number : CelError.UnsignedOverflow,
        string text => Walked(text, run, static text => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : NotA("ParseUint", text)),
        var value => value,
    };

    private static object ToDouble(ReadOnlySpan<object> arguments, CelRun run) => arguments[0] switch
    {
        long number => (double)number,
        ulong number => (double)number,
        string text => Walked(text, run, static text => text.ToLowerInvariant() switch
        {
            "nan" => double.NaN,
            "inf" or "+inf" or "infinity" or "+infinity" => double.PositiveInfinity,
            "-inf" or "-infinity" => double.NegativeInfinity,
            _ => double.TryParse(text, NumberStyles.Float & ~(NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite), CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
                ? number
                : NotA("ParseFloat", text),
        }),
        var value => value,
    };

    private static object ToText(ReadOnlySpan<object> arguments, CelRun run)
    {
        if (arguments[0] is not byte[] bytes)
        {
            return Values.Show(arguments[0]);
        }

        run.Walk(bytes.Length);
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return new CelError("invalid UTF-8 in bytes, cannot convert to string");
        }
    }

    private static object ToBool(ReadOnlySpan<object> arguments, CelRun run) => arguments[0] switch
    {
        string text => text switch
        {
            "1" or "t" or "T" or "true" or "TRUE" or "True" => JsonValues.True,
            "0" or "f" or "F" or "false" or "FALSE" or "False" => JsonValues.False,
            _ => NotA("ParseBool", text),
        },
        var value => value,
    };

    private static object ToTimestamp(ReadOnlySpan<object> arguments, CelRun run) => arguments[0] switch
    {
        long seconds => CelTimestamp.Of((Int128)seconds * CelDuration.Second) is { } time ? time : CelError.TimestampOverflow,
        string text => CelTimestamp.Parse(text) is { } time
            ? time
            : new CelError($"parsing time {GoText.Quote(text)} as \"2006-01-02T15:04:05Z07:00\": cannot parse {GoText.Quote(text)} as \"2006\""),
        var value => value,
    };

    private static object ToDuration(ReadOnlySpan<object> arguments, CelRun run) => arguments[0] switch
    {
        long nanoseconds => new CelDuration(nanoseconds),
        string text => CelDuration.Parse(text) is { } span ? span : new CelError($"time: invalid duration {GoText.Quote(text)}"),
        var value => value,
    };
}
