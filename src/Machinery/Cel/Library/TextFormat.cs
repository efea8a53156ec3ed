using System.Globalization;
using System.Text;
using Navarch.Machinery.Cel.Checking;
using Navarch.Machinery.Cel.Evaluation;
using Navarch.Machinery.Json;

namespace Navarch.Machinery.Cel.Library;

/// <summary>Text with values put in: <c>'%s has %d replicas'.format([name, count])</c>.</summary>
internal static class TextFormat
{
    private const int PrecisionMax = 100;

    public static IEnumerable<Overload> All => [Signature.Read("string.format(list(dyn)) -> string", static (a, run) => Format((string)a[0], (CelList)a[1], run))];

    private static object Format(string form, CelList values, CelRun run)
    {
        run.Walk(form.Length);
        var made = new StringBuilder();
        var next = 0;
        for (var at = 0; at < form.Length; at++)
        {
            if (form[at] != '%')
            {
                made.Append(form[at]);
                continue;
            }

            if (++at < form.Length && form[at] == '%')
            {
                made.Append('%');
                continue;
            }

            int? precision = null;
            if (at < form.Length && form[at] == '.')
            {
                var start = ++at;
                while (at < form.Length && char.IsAsciiDigit(form[at]))
                {
                    at++;
                }

                if (!int.TryParse(form.AsSpan(start, at - start), NumberStyles.None, CultureInfo.InvariantCulture, out var digits) || digits > PrecisionMax)
                {
                    return new CelError("could not parse formatting clause: error parsing precision");
                }

                precision = digits;
            }

            if (at >= form.Length)
            {
                return new CelError("could not parse formatting clause: unexpected end of string");
            }

            if (next >= values.Count)
            {
                return new CelError(string.Create(CultureInfo.InvariantCulture, $"index {next} out of range"));
            }

            var value = values[next++];
            switch (Clause(form[at], value, precision, run))
            {
                case string text:
                    made.Append(text);
                    break;
                case var error:
                    return error;
            }

            run.Walk(made.Length);
            if (made.Length > CelBudget.SizeMax)
            {
                return CelError.TooLarge;
            }
        }

        return made.ToString();
    }

    private static object Clause(char clause, object value, int? precision, CelRun run) => (clause, value) switch
    {
        ('s', _) => Show(value, run),
        ('d', long or ulong) => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        ('d' or 'f' or 'e', double number) when !double.IsFinite(number) => double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity",
        ('f', double or long or ulong) => Convert.ToDouble(value, CultureInfo.InvariantCulture).ToString("F" + (precision ?? 6).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture),
        ('e', double or long or ulong) => Exponent(Convert.ToDouble(value, CultureInfo.InvariantCulture), precision ?? 6),
        ('b', bool flag) => flag ? "1" : "0",
        ('b', long number) => Signed(number, 2),
        ('b', ulong number) => Digits(number, 2),
        ('o', long number) => Signed(number, 8),
        ('o', ulong number) => Digits(number, 8),
        ('x' or 'X', long number) => Case(clause, Signed(number, 16)),
        ('x' or 'X', ulong number) => Case(clause, Digits(number, 16)),
        ('x' or 'X', string text) => Case(clause, Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text))),
        ('x' or 'X', byte[] bytes) => Case(clause, Convert.ToHexStringLower(bytes)),
        ('d', _) => new CelError($"error during formatting: decimal clause can only be used on integers and doubles, was given {Values.TypeName(value)}"),
        ('f', _) => new CelError($"error during formatting: fixed-point clause can only be used on doubles, was given {Values.TypeName(value)}"),
        ('e', _) => new CelError($"error during formatting: scientific clause can only be used on doubles, was given {Values.TypeName(value)}"),
        ('b', _) => new CelError($"error during formatting: only integers and bools can be formatted as binary, was given {Values.TypeName(value)}"),
        ('o', _) => new CelError($"error during formatting: octal clause can only be used on integers, was given {Values.TypeName(value)}"),
        ('x' or 'X', _) => new CelError($"error during formatting: only integers, byte buffers, and strings can be formatted as hex, was given {Values.TypeName(value)}"),
        _ => new CelError($"could not parse formatting clause: unrecognized formatting clause \"{clause}\""),
    };

    private static object Show(object value, CelRun run)
    {
        CelRun.RequireStack();
        run.Spend(1);
        switch (value)
        {
            case CelList list:
                var items = list.Select(item => Show(item, run)).ToList();
                return items.Find(static item => item is CelError) ?? $"[{string.Join(", ", items)}]";
            case CelMap map:
                var entries = map.Keys.Select(key => (Key: Show(key, run), Value: Show(map.Find(key)!, run))).ToList();
                return entries.Find(static entry => entry.Value is CelError).Value
                    ?? $"{{{string.Join(", ", entries.OrderBy(static entry => (string)entry.Key, StringComparer.Ordinal).Select(static entry => $"{entry.Key}: {entry.Value}"))}}}";
            case string text:
                run.Walk(text.Length);
                return text;
            case JsonNull or bool or long or ulong or double or byte[] or CelTimestamp or CelDuration:
                return Values.Show(value);
            case CelTypeValue type:
                return type.Name;
            default:
                return new CelError($"error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given {Values.TypeName(value)}");
        }
    }

    private static string Case(char clause, string digits) => clause == 'X' ? digits.ToUpperInvariant() : digits;

    private static string Signed(long number, int radix) => number < 0 ? "-" + Digits((ulong)-(Int128)number, radix) : Digits((ulong)number, radix);

    private static string Digits(ulong number, int radix)
    {
        var digits = new StringBuilder();
        do
        {
            digits.Insert(0, "0123456789abcdef"[(int)(number % (ulong)radix)]);
            number /= (ulong)radix;
        }
        while (number > 0);
        return digits.ToString();
    }

    private static string Exponent(double number, int precision)
    {
        var form = precision == 0 ? "0e+00" : $"0.{new string('0', precision)}e+00";
        return number.ToString(form, CultureInfo.InvariantCulture);
    }
}
