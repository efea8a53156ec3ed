using Navarch.Api.Json;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace Navarch.Api.Protobuf;

/// <summary>Reads one protobuf message. Numbers it does not know are skipped, as proto2 asks.</summary>
public ref struct ProtoReader(ReadOnlySpan<byte> message, int depth = 0)
{
    // Deeper than any type of the API nests.
    private const int DepthMax = 100;

    private ReadOnlySpan<byte> rest = message;
    private int wireType;

    /// <summary>Number of the field the reader stands on.</summary>
    public int Number { get; private set; }

    /// <summary>Moves to the next field. False at the end of the message.</summary>
    public bool NextField()
    {
        if (rest.IsEmpty)
        {
            return false;
        }

        var tag = Varint();
        Number = (int)(tag >> 3);
        wireType = (int)(tag & 7);
        if (Number <= 0 || tag >> 3 > 0x1fffffff)
        {
            throw new ApiProtoException($"proto: illegal tag {tag >> 3} (wire type {wireType})");
        }

        return true;
    }

    public long Int()
    {
        Expect(0);
        return (long)Varint();
    }

    public int Int32() => (int)Int();

    public bool Boolean() => Int() != 0;

    public double Double()
    {
        Expect(1);
        return BinaryPrimitives.ReadDoubleLittleEndian(Take(8));
    }

    public string String() => Encoding.UTF8.GetString(Span());

    public ReadOnlyMemory<byte> Bytes() => Span().ToArray();

    /// <summary>The message in the present field, to be read with its own reader.</summary>
    public ProtoReader Message()
    {
        if (depth >= DepthMax)
        {
            throw new ApiProtoException("proto: exceeded max depth");
        }

        return new ProtoReader(Span(), depth + 1);
    }

    public DateTimeOffset? Time()
    {
        var message = Message();
        long seconds = 0;
        long nanos = 0;
        var any = false;
        while (message.NextField())
        {
            any = true;
            switch (message.Number)
            {
                case 1: seconds = message.Int(); break;
                case 2: nanos = message.Int(); break;
                default: message.Skip(); break;
            }
        }

        // The zero time of Go lies at the first year and means none, as the empty message does.
        if (!any || seconds < -62135596800 || (seconds == -62135596800 && nanos == 0))
        {
            return null;
        }

        if (seconds > 253402300799 || nanos is < 0 or > 999_999_999)
        {
            throw new ApiProtoException("proto: time out of range");
        }

        return DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanos / 100);
    }

    public MicroTime? MicroTime() => Time() is { } time ? new MicroTime(time) : null;

    public Duration Duration()
    {
        var message = Message();
        long nanoseconds = 0;
        while (message.NextField())
        {
            if (message.Number == 1)
            {
                nanoseconds = message.Int();
            }
            else
            {
                message.Skip();
            }
        }

        return new Duration(nanoseconds);
    }

    public Quantity Quantity()
    {
        var message = Message();
        var text = "0";
        while (message.NextField())
        {
            if (message.Number == 1)
            {
                text = message.String();
            }
            else
            {
                message.Skip();
            }
        }

        return text.Length == 0 ? default : Navarch.Api.Quantity.TryParse(text, out var quantity) ? quantity : throw new ApiProtoException($"quantity \"{text}\" is malformed");
    }

    public IntOrString IntOrString()
    {
        var message = Message();
        long type = 0;
        var number = 0;
        var text = "";
        while (message.NextField())
        {
            switch (message.Number)
            {
                case 1: type = message.Int(); break;
                case 2: number = message.Int32(); break;
                case 3: text = message.String(); break;
                default: message.Skip(); break;
            }
        }

        return type == 0 ? new IntOrString(number) : new IntOrString(text);
    }

    public RawExtension? RawJson()
    {
        var message = Message();
        return JsonIn(ref message);
    }

    /// <summary>The JSON that is all a message holds.</summary>
    internal static RawExtension? JsonIn(ref ProtoReader message)
    {
        RawExtension? value = null;
        while (message.NextField())
        {
            if (message.Number == 1)
            {
                value = Json(message.Bytes());
            }
            else
            {
                message.Skip();
            }
        }

        return value;
    }

    // It becomes part of a JSON document, which it must not break.
    private static RawExtension? Json(ReadOnlyMemory<byte> text)
    {
        if (text.IsEmpty)
        {
            return null;
        }

        try
        {
            var json = new Utf8JsonReader(text.Span, new JsonReaderOptions { MaxDepth = 512 });
            json.Read();
            json.Skip();
            return json.Read() ? throw new ApiProtoException("proto: more than one JSON value in a raw field") : new RawExtension(JsonSpace.Without(text.Span));
        }
        catch (JsonException e)
        {
            throw new ApiProtoException($"proto: a raw field does not hold JSON: {e.Message}");
        }
    }

    /// <summary>A message that only wraps a list of strings.</summary>
    public IReadOnlyList<string> WrappedStrings()
    {
        var message = Message();
        var items = new List<string>();
        while (message.NextField())
        {
            if (message.Number == 1)
            {
                items.Add(message.String());
            }
            else
            {
                message.Skip();
            }
        }

        return items.Count == 0 ? [] : items.ToArray();
    }

    /// <summary>Skips a field with an unknown number.</summary>
    public void Skip()
    {
        switch (wireType)
        {
            case 0: Varint(); break;
            case 1: Take(8); break;
            case 2: Span(); break;
            case 5: Take(4); break;
            default: throw new ApiProtoException($"proto: illegal wire type {wireType}");
        }
    }

    private ReadOnlySpan<byte> Span()
    {
        Expect(2);
        var length = Varint();
        return length <= (ulong)rest.Length ? Take((int)length) : throw new ApiProtoException("unexpected EOF");
    }

    private readonly void Expect(int type)
    {
        if (wireType != type)
        {
            throw new ApiProtoException($"proto: wrong wireType = {wireType} for field {Number}");
        }
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (rest.Length < count)
        {
            throw new ApiProtoException("unexpected EOF");
        }

        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (rest.IsEmpty)
            {
                throw new ApiProtoException("unexpected EOF");
            }

            var next = rest[0];
            rest = rest[1..];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new ApiProtoException("proto: integer overflow");
    }
}
