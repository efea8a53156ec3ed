using System.Buffers.Text;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Navarch.Api.Json;

/// <summary>
/// Writes JSON as the API's clients know it: no white space, sorted map keys, and the three characters that are
/// dangerous in HTML, with U+2028 and U+2029, as escapes.
/// </summary>
/// <remarks>
/// Every object is written through here once when it is stored. Whether a comma is due is read off the last byte, so
/// the writer has no state but its buffer. Generated code passes names already quoted: <c>"spec":</c>.
/// </remarks>
public sealed class ApiWriter(int capacity = 1024)
{
    private byte[] buffer = new byte[capacity];
    private int length;

    /// <summary>Where the resourceVersion of the outermost object belongs, or -1.</summary>
    public int VersionPosition { get; private set; } = -1;

    public int Length => length;

    public ReadOnlyMemory<byte> Written => buffer.AsMemory(0, length);

    public byte[] ToArray() => buffer.AsSpan(0, length).ToArray();

    /// <summary>Empties the writer and keeps its buffer.</summary>
    public void Reset()
    {
        length = 0;
        VersionPosition = -1;
    }

    /// <summary>Remembers where the version of the outermost object goes: it is known only once the object is stored.</summary>
    public void MarkVersion()
    {
        if (VersionPosition < 0)
        {
            VersionPosition = length;
        }
    }

    public void BeginObject() => Byte((byte)'{');

    public void EndObject() => Byte((byte)'}');

    public void BeginList() => Byte((byte)'[');

    public void EndList() => Byte((byte)']');

    /// <summary>Writes the comma before an element of a list, unless it is the first.</summary>
    public void Element()
    {
        if (buffer[length - 1] != '[')
        {
            Byte((byte)',');
        }
    }

    /// <summary>Writes a name that is already quoted and followed by a colon.</summary>
    public void Name(ReadOnlySpan<byte> quoted)
    {
        var span = Reserve(quoted.Length + 1);
        if (buffer[length - 1] != '{')
        {
            span[0] = (byte)',';
            span = span[1..];
            length++;
        }

        quoted.CopyTo(span);
        length += quoted.Length;
    }

    /// <summary>Writes a name that lacks nothing but its quotes.</summary>
    public void EscapedKey(ReadOnlySpan<byte> escaped)
    {
        if (buffer[length - 1] != '{')
        {
            Byte((byte)',');
        }

        var span = Reserve(escaped.Length + 3);
        span[0] = (byte)'"';
        escaped.CopyTo(span[1..]);
        span[escaped.Length + 1] = (byte)'"';
        span[escaped.Length + 2] = (byte)':';
        length += escaped.Length + 3;
    }

    /// <summary>Writes a name that needs quoting: the key of a map.</summary>
    public void Key(string name)
    {
        if (buffer[length - 1] != '{')
        {
            Byte((byte)',');
        }

        String(name);
        Byte((byte)':');
    }

    public void Null() => Raw("null"u8);

    public void Boolean(bool value) => Raw(value ? "true"u8 : "false"u8);

    public void Number(long value)
    {
        Utf8Formatter.TryFormat(value, Reserve(20), out var written);
        length += written;
    }

    public void Number(double value)
    {
        value.TryFormat(Reserve(32), out var written, "R", CultureInfo.InvariantCulture);
        length += written;
    }

    public void Raw(ReadOnlySpan<byte> json)
    {
        json.CopyTo(Reserve(json.Length));
        length += json.Length;
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Byte((byte)'"');
        Base64.EncodeToUtf8(value, Reserve(Base64.GetMaxEncodedToUtf8Length(value.Length)), out _, out var written);
        length += written;
        Byte((byte)'"');
    }

    public void TimeOrNull(DateTimeOffset? value)
    {
        if (value is { } time)
        {
            Time(time);
        }
        else
        {
            Null();
        }
    }

    /// <summary>RFC 3339 in UTC with whole seconds.</summary>
    public void Time(DateTimeOffset value)
    {
        value.UtcDateTime.TryFormat(Reserve(32), out var written, "'\"'yyyy-MM-dd'T'HH:mm:ss'Z\"'", CultureInfo.InvariantCulture);
        length += written;
    }

    public void String(string value)
    {
        // A UTF-16 unit takes at most six bytes, as an escape; three as UTF-8.
        var span = Reserve((value.Length * 6) + 2);
        span[0] = (byte)'"';
        var at = 1;
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (c < 0x80)
            {
                if (c >= 0x20 && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&')
                {
                    span[at++] = (byte)c;
                    continue;
                }

                at += Escape(c, span[at..]);
            }
            else if (c is '\u2028' or '\u2029')
            {
                at += Escape(c, span[at..]);
            }
            else
            {
                // An unpaired surrogate becomes U+FFFD, as the decoder replaces it.
                if (Rune.DecodeFromUtf16(value.AsSpan(i), out var rune, out var consumed) != System.Buffers.OperationStatus.Done)
                {
                    rune = Rune.ReplacementChar;
                }

                at += rune.EncodeToUtf8(span[at..]);
                i += consumed - 1;
            }
        }

        span[at++] = (byte)'"';
        length += at;
    }

    private static int Escape(char c, Span<byte> to)
    {
        var letter = c switch { '"' => '"', '\\' => '\\', '\n' => 'n', '\r' => 'r', '\t' => 't', '\b' => 'b', '\f' => 'f', _ => '\0' };
        to[0] = (byte)'\\';
        if (letter != '\0')
        {
            to[1] = (byte)letter;
            return 2;
        }

        to[1] = (byte)'u';
        ((int)c).TryFormat(to[2..], out _, "x4", CultureInfo.InvariantCulture);
        return 6;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Byte(byte value)
    {
        if (length == buffer.Length)
        {
            Grow(1);
        }

        buffer[length++] = value;
    }

    private Span<byte> Reserve(int count)
    {
        if (buffer.Length - length < count)
        {
            Grow(count);
        }

        return buffer.AsSpan(length);
    }

    private void Grow(int count) => Array.Resize(ref buffer, Math.Max(buffer.Length * 2, length + count));
}
