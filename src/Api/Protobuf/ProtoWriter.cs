using System.Text;

namespace Navarch.Api.Protobuf;

/// <summary>
/// Writes protobuf from the last byte to the first. The length of a message stands before it and is known only after
/// it: writing backwards, every byte is written once and no message is measured beforehand.
/// </summary>
/// <remarks>So a message's fields are written in falling order of their numbers, and a list from its end.</remarks>
public sealed class ProtoWriter(int capacity = 1024)
{
    private const int Varint = 0;
    private const int LengthDelimited = 2;

    private byte[] buffer = new byte[capacity];
    private int start = capacity;

    public ReadOnlyMemory<byte> Written => buffer.AsMemory(start);

    /// <summary>Forgets what was written; the buffer stays.</summary>
    public void Reset() => start = buffer.Length;

    /// <summary>Tag and length of a field whose <paramref name="length"/> bytes come from elsewhere.</summary>
    public void Head(int number, long length)
    {
        VarintValue((ulong)length);
        Tag(number, LengthDelimited);
    }

    /// <summary>Remembers where a message ends, which is where its writing begins.</summary>
    public int BeginMessage() => Length;

    /// <summary>Writes length and tag of the message that was begun at <paramref name="end"/>.</summary>
    public void EndMessage(int number, int end)
    {
        VarintValue((ulong)(Length - end));
        Tag(number, LengthDelimited);
    }

    public void Int(int number, long value)
    {
        VarintValue((ulong)value);
        Tag(number, Varint);
    }

    public void Boolean(int number, bool value) => Int(number, value ? 1 : 0);

    public void String(int number, string value)
    {
        var size = Encoding.UTF8.GetByteCount(value);
        Encoding.UTF8.GetBytes(value, Reserve(size));
        VarintValue((ulong)size);
        Tag(number, LengthDelimited);
    }

    public void Bytes(int number, ReadOnlySpan<byte> value)
    {
        Raw(value);
        VarintValue((ulong)value.Length);
        Tag(number, LengthDelimited);
    }

    public void Double(int number, double value)
    {
        System.Buffers.Binary.BinaryPrimitives.WriteDoubleLittleEndian(Reserve(8), value);
        Tag(number, 1);
    }

    /// <summary>A time as {seconds, nanos}; an empty message for none.</summary>
    public void Time(int number, DateTimeOffset? value)
    {
        var end = BeginMessage();
        if (value is { } time)
        {
            var ticks = time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks;
            var seconds = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out var rest);
            if (rest < 0)
            {
                (seconds, rest) = (seconds - 1, rest + TimeSpan.TicksPerSecond);
            }

            Int(2, rest * 100);
            Int(1, seconds);
        }

        EndMessage(number, end);
    }

    public void MicroTime(int number, MicroTime? value) => Time(number, value?.Value);

    public void Duration(int number, Duration value)
    {
        var end = BeginMessage();
        Int(1, value.Nanoseconds);
        EndMessage(number, end);
    }

    public void Quantity(int number, Quantity value)
    {
        var end = BeginMessage();
        String(1, value.ToString());
        EndMessage(number, end);
    }

    public void IntOrString(int number, IntOrString value)
    {
        var end = BeginMessage();
        String(3, value.Text);
        Int(2, value.Number);
        Int(1, value.IsString ? 1 : 0);
        EndMessage(number, end);
    }

    /// <summary>A JSON value that travels as its text.</summary>
    public void RawJson(int number, RawExtension? value)
    {
        var end = BeginMessage();
        if (value is not null)
        {
            Bytes(1, value.Json.Span);
        }

        EndMessage(number, end);
    }

    public void Strings(int number, IReadOnlyList<string> values)
    {
        for (var i = values.Count - 1; i >= 0; i--)
        {
            String(number, values[i]);
        }
    }

    public void Raw(ReadOnlySpan<byte> value) => value.CopyTo(Reserve(value.Length));

    private int Length => buffer.Length - start;

    private void Tag(int number, int wireType) => VarintValue(((ulong)number << 3) | (uint)wireType);

    private void VarintValue(ulong value)
    {
        var size = 1;
        for (var rest = value >> 7; rest != 0; rest >>= 7)
        {
            size++;
        }

        var span = Reserve(size);
        for (var i = 0; i < size - 1; i++)
        {
            span[i] = (byte)(value | 0x80);
            value >>= 7;
        }

        span[size - 1] = (byte)value;
    }

    private Span<byte> Reserve(int count)
    {
        if (start < count)
        {
            var larger = new byte[Math.Max(buffer.Length * 2, buffer.Length + count)];
            var written = Length;
            buffer.AsSpan(start).CopyTo(larger.AsSpan(larger.Length - written));
            buffer = larger;
            start = larger.Length - written;
        }

        start -= count;
        return buffer.AsSpan(start, count);
    }
}
