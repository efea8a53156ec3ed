using System.Buffers;
using System.Globalization;
using System.Text;
using Navarch.Api.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Navarch.ApiServer.Media;

/// <summary>What a plain scalar of YAML means: the words and numbers of YAML 1.1 that Kubernetes tools read.</summary>
internal static class YamlScalars
{
    // Among them what YAML takes for the end of a line.
    private const string Controls = "\0\u0001\u0002\u0003\u0004\u0005\u0006\a\b\t\v\f\r\u000e\u000f\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f\u007f\u0085\u2028\u2029\ufeff";
    private static readonly SearchValues<char> UnprintableInBlock = SearchValues.Create(Controls);
    private static readonly SearchValues<char> Unprintable = SearchValues.Create(Controls + "\n");

    public static void Write(ApiWriter writer, Scalar scalar)
    {
        var text = scalar.Value;
        if (scalar.Style != ScalarStyle.Plain || scalar.Tag == "tag:yaml.org,2002:str" || scalar.Tag == "!")
        {
            writer.String(text);
        }
        else if (IsNull(text))
        {
            writer.Null();
        }
        else if (TryBoolean(text, out var flag))
        {
            writer.Boolean(flag);
        }
        else if (TryNumber(text, out var number))
        {
            writer.Raw(Encoding.UTF8.GetBytes(number));
        }
        else
        {
            writer.String(text);
        }
    }

    /// <summary>A string that means itself when it stands without quotes.</summary>
    public static bool IsPlainSafe(string text) =>
        text.Length > 0 && !IsNull(text) && !TryBoolean(text, out _) && !TryNumber(text, out _) && !text.AsSpan().ContainsAny(Unprintable)
        && !LooksLikeTime(text) && text is not ("=" or "<<" or "y" or "n" or "Y" or "N");

    /// <summary>A string of lines that means itself in a block.</summary>
    public static bool IsLiteralSafe(string text) =>
        text.Contains('\n', StringComparison.Ordinal) && text[0] is not (' ' or '\n') && !text.AsSpan().ContainsAny(UnprintableInBlock);

    private static bool IsNull(string text) => text is "" or "~" or "null" or "Null" or "NULL";

    private static bool TryBoolean(string text, out bool value)
    {
        value = text is "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON";
        return value || text is "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF";
    }

    private static bool TryNumber(string text, out string json)
    {
        json = "";
        if (text.Length is 0 or > 64 || !(char.IsAsciiDigit(text[0]) || text[0] is '-' or '+' or '.'))
        {
            return false;
        }

        var plain = text.Replace("_", "", StringComparison.Ordinal);
        var negative = plain[0] == '-';
        var digits = plain[0] is '-' or '+' ? plain[1..] : plain;
        if (digits.Length == 0)
        {
            return false;
        }

        if (TryRadix(digits, out var whole))
        {
            json = (negative ? "-" : "") + whole.ToString(CultureInfo.InvariantCulture);
            return true;
        }

        if (digits.All(char.IsAsciiDigit))
        {
            json = (negative ? "-" : "") + digits;
            return digits.Length == 1 || digits[0] != '0';
        }

        if (!digits.All(static c => char.IsAsciiDigit(c) || c is '.' or 'e' or 'E' or '+' or '-')
            || !double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
        {
            return false;
        }

        json = number.ToString("R", CultureInfo.InvariantCulture);
        return true;
    }

    private static bool TryRadix(string digits, out ulong value)
    {
        value = 0;
        if (digits.Length < 2 || digits[0] != '0')
        {
            return false;
        }

        try
        {
            value = digits[1] switch
            {
                'x' => Convert.ToUInt64(digits[2..], 16),
                'b' => Convert.ToUInt64(digits[2..], 2),
                'o' => Convert.ToUInt64(digits[2..], 8),
                _ => digits.All(static c => c is >= '0' and <= '7') ? Convert.ToUInt64(digits, 8) : throw new FormatException(),
            };
            return true;
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
        {
            return false;
        }
    }

    private static bool LooksLikeTime(string text) => text.Length >= 8 && char.IsAsciiDigit(text[0]) && text[4] == '-';
}
