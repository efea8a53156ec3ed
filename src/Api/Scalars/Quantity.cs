using System.Globalization;
using System.Numerics;

namespace Navarch.Api;

/// <summary>
/// An amount of a resource: a decimal number with a suffix (<c>100m</c>, <c>1.5Gi</c>, <c>2e3</c>). Two quantities of one
/// value and family are equal however they were written; the text is always the canonical form.
/// </summary>
/// <remarks>The finest step is 1n (finer is rounded away from zero), the largest magnitude 2^63-1 (larger is cut to it).</remarks>
public readonly struct Quantity : IEquatable<Quantity>, IComparable<Quantity>
{
    private const string DecimalSuffixes = "numkMGTPE";
    private static readonly int[] DecimalExponents = [-9, -6, -3, 3, 6, 9, 12, 15, 18];
    private static readonly string[] BinarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

    private readonly Family family;
    private readonly string? text;

    private Quantity(decimal value, Family family)
    {
        Value = Math.Clamp(RoundToNano(value), -long.MaxValue, long.MaxValue);
        this.family = family;
        text = Canonical(Value, family);
    }

    /// <summary>A count without a unit, in the decimal family.</summary>
    public Quantity(decimal value)
        : this(value, Family.Decimal)
    {
    }

    private enum Family
    {
        Decimal,
        Binary,
        Exponent,
    }

    public decimal Value { get; }

    /// <summary>The value in thousandths, rounded up, as CPU is counted.</summary>
    public long MilliValue => (long)Math.Clamp(decimal.Ceiling(Value * 1000), long.MinValue, long.MaxValue);

    /// <summary>The value as a whole number, rounded up, as bytes are counted.</summary>
    public long WholeValue => (long)decimal.Ceiling(Value);

    /// <summary>A number of bytes, in the binary family.</summary>
    public static Quantity OfBytes(long bytes) => new(bytes, Family.Binary);

    /// <summary>Thousandths of a CPU.</summary>
    public static Quantity OfMilli(long milli) => new(milli / 1000m, Family.Decimal);

    public static Quantity operator +(Quantity left, Quantity right) => new(left.Value + right.Value, left.Value == 0 ? right.family : left.family);

    public static Quantity operator -(Quantity left, Quantity right) => new(left.Value - right.Value, left.Value == 0 ? right.family : left.family);

    public static bool operator ==(Quantity left, Quantity right) => left.Equals(right);

    public static bool operator !=(Quantity left, Quantity right) => !left.Equals(right);

    public static bool operator <(Quantity left, Quantity right) => left.Value < right.Value;

    public static bool operator >(Quantity left, Quantity right) => left.Value > right.Value;

    public static bool operator <=(Quantity left, Quantity right) => left.Value <= right.Value;

    public static bool operator >=(Quantity left, Quantity right) => left.Value >= right.Value;

    /// <exception cref="FormatException">The text is not a quantity.</exception>
    public static Quantity Parse(string text) =>
        TryParse(text, out var quantity)
            ? quantity
            : throw new FormatException("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");

    public static bool TryParse(string text, out Quantity quantity)
    {
        quantity = default;
        var end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.' || (end == 0 && text[end] is '+' or '-')))
        {
            end++;
        }

        if (!TryParseSuffix(text.AsSpan(end), out var family, out var factor, out var exponent)
            || !TryParseNumber(text.AsSpan(0, end), out var mantissa, out var scale))
        {
            return false;
        }

        // Whatever is beyond the limits on either side needs no exact arithmetic.
        exponent -= scale;
        if (mantissa.IsZero)
        {
            quantity = new Quantity(0, family);
            return true;
        }

        if (exponent > 40)
        {
            quantity = new Quantity(mantissa.Sign * (decimal)long.MaxValue, family);
            return true;
        }

        var nano = mantissa * factor;
        exponent += 9;
        if (exponent >= 0)
        {
            nano *= BigInteger.Pow(10, exponent);
        }
        else
        {
            var quotient = exponent < -4096 ? BigInteger.Zero : BigInteger.DivRem(nano, BigInteger.Pow(10, -exponent), out var rest);
            nano = exponent < -4096 || quotient * BigInteger.Pow(10, -exponent) != nano ? quotient + nano.Sign : quotient;
        }

        var limit = (BigInteger)long.MaxValue * 1_000_000_000;
        nano = BigInteger.Min(BigInteger.Max(nano, -limit), limit);
        quantity = new Quantity((decimal)nano / 1_000_000_000m, family);
        return true;
    }

    public bool Equals(Quantity other) => Value == other.Value && ToString() == other.ToString();

    public override bool Equals(object? obj) => obj is Quantity other && Equals(other);

    public override int GetHashCode() => Value.GetHashCode();

    public int CompareTo(Quantity other) => Value.CompareTo(other.Value);

    public override string ToString() => text ?? "0";

    private static bool TryParseNumber(ReadOnlySpan<char> digits, out BigInteger mantissa, out int scale)
    {
        mantissa = default;
        scale = 0;
        var point = digits.IndexOf('.');
        if (point >= 0)
        {
            if (digits[(point + 1)..].Contains('.'))
            {
                return false;
            }

            scale = digits.Length - point - 1;
        }

        // 4096 digits are far beyond the limits of the value and still cheap to multiply.
        return digits.Length < 4096
            && BigInteger.TryParse(string.Concat(point < 0 ? digits : digits[..point], point < 0 ? default : digits[(point + 1)..]), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out mantissa);
    }

    private static bool TryParseSuffix(ReadOnlySpan<char> suffix, out Family family, out BigInteger factor, out int exponent)
    {
        family = Family.Decimal;
        factor = BigInteger.One;
        exponent = 0;
        if (suffix.Length == 0)
        {
            return true;
        }

        if (suffix.Length == 1 && DecimalSuffixes.IndexOf(suffix[0], StringComparison.Ordinal) is >= 0 and var index)
        {
            exponent = DecimalExponents[index];
            return true;
        }

        if (Array.IndexOf(BinarySuffixes, suffix.ToString()) is > 0 and var power)
        {
            family = Family.Binary;
            factor = BigInteger.Pow(1024, power);
            return true;
        }

        family = Family.Exponent;
        return suffix[0] is 'e' or 'E'
            && suffix.Length <= 8
            && int.TryParse(suffix[1..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent);
    }

    private static decimal RoundToNano(decimal value)
    {
        var nano = decimal.Round(value, 9, MidpointRounding.ToZero);
        return nano == value ? value : nano + (Math.Sign(value) * 0.000000001m);
    }

    private static string Canonical(decimal value, Family family)
    {
        if (value == 0)
        {
            return "0";
        }

        if (family == Family.Binary && Math.Abs(value) >= 1024)
        {
            var whole = (BigInteger)(value > 0 ? decimal.Ceiling(value) : decimal.Floor(value));
            var power = 0;
            while (power < BinarySuffixes.Length - 1 && (whole % 1024).IsZero)
            {
                whole /= 1024;
                power++;
            }

            return whole.ToString(CultureInfo.InvariantCulture) + BinarySuffixes[power];
        }

        var mantissa = (BigInteger)(value * 1_000_000_000m);
        var exponent = -9;
        while (exponent < 18 && (mantissa % 1000).IsZero)
        {
            mantissa /= 1000;
            exponent += 3;
        }

        var number = mantissa.ToString(CultureInfo.InvariantCulture);
        if (exponent == 0)
        {
            return number;
        }

        return family == Family.Exponent
            ? string.Create(CultureInfo.InvariantCulture, $"{number}e{exponent}")
            : number + DecimalSuffixes[Array.IndexOf(DecimalExponents, exponent)];
    }
}
