using System.Text;
using System.Text.Json;

namespace Navarch.Api.Json;

/// <summary>
/// Reads API types from JSON. Knows where it is, so that every problem is reported with its path. Fields that are
/// unknown or doubled do not stop it: they are collected, and the caller decides whether they are errors.
/// </summary>
public ref struct ApiReader
{
    // As deep as upstream reads. What is not known is passed over without recursion, however deep it is.
    private const int DepthMax = 10_000;

    // What is kept is walked by recursion, here and wherever it goes: far deeper than any type of the API, far shallower than the stack.
    private const int KeptDepthMax = 512;

    private readonly ReadTrace trace;
    private Utf8JsonReader json;
    private readonly ReadOnlySpan<byte> input;
    private ReadOnlySpan<byte> name;

    public ApiReader(ReadOnlySpan<byte> utf8, bool applyDefaults = false)
    {
        json = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = DepthMax });
        trace = new ReadTrace();
        input = utf8;
        AppliesDefaults = applyDefaults;
    }

    /// <summary>Absent fields with a declared default get it.</summary>
    public bool AppliesDefaults { get; }

    /// <summary>Problems that do not prevent reading: <c>unknown field "spec.x"</c>, <c>duplicate field "spec.y"</c>.</summary>
    public readonly IReadOnlyList<string> Problems => trace.Problems;

    public readonly bool IsString => json.TokenType == JsonTokenType.String;

    public readonly bool IsBoolean => json.TokenType is JsonTokenType.True or JsonTokenType.False;

    public readonly bool IsObject => json.TokenType == JsonTokenType.StartObject;

    public readonly bool IsList => json.TokenType == JsonTokenType.StartArray;

    public readonly bool IsNull => json.TokenType == JsonTokenType.Null;

    /// <summary>Moves to the first token.</summary>
    public void Start() => Advance();

    /// <summary>Nothing but white space may follow the value.</summary>
    public void End()
    {
        if (Advance())
        {
            throw new ApiJsonException(JsonSyntax.FindProblem(input, DepthMax) ?? "invalid character after top-level value");
        }
    }

    /// <summary>Enters an object. False, and nothing entered, for null.</summary>
    public bool BeginObject(string type)
    {
        if (IsNull)
        {
            return false;
        }

        if (json.TokenType != JsonTokenType.StartObject)
        {
            throw WrongType("v1." + type);
        }

        CheckDepth();
        trace.Push(type);
        return true;
    }

    /// <summary>Moves to the next name of the object entered last; leaves the object when there is none.</summary>
    public bool NextField()
    {
        Advance();
        if (json.TokenType == JsonTokenType.EndObject)
        {
            trace.Pop();
            return false;
        }

        // Hardly ever is a name written with escapes, but it may be.
        name = json.ValueIsEscaped ? Encoding.UTF8.GetBytes(Text()) : json.ValueSpan;
        return true;
    }

    /// <summary>Whether the name the reader stands on is <paramref name="wanted"/>.</summary>
    public readonly bool NameIs(ReadOnlySpan<byte> wanted) => name.SequenceEqual(wanted);

    public readonly int NameLength => name.Length;

    /// <summary>Moves from a known name to its value.</summary>
    public void Field(string name, ref ulong seen, int index)
    {
        trace.Field = name;
        if ((seen & (1UL << index)) != 0)
        {
            trace.AddProblem("duplicate field");
        }

        seen |= 1UL << index;
        Advance();
    }

    /// <summary>Skips kind and apiVersion: who reads an object has already decided by them what to read it as.</summary>
    public void SkipTypeField()
    {
        Advance();
        if (json.TokenType is not (JsonTokenType.String or JsonTokenType.Null))
        {
            throw WrongType("string");
        }
    }

    public void UnknownField()
    {
        trace.Field = Text();
        trace.AddProblem("unknown field");
        Advance();
        Guard(static (ref Utf8JsonReader r) => r.Skip());
    }

    public string ReadString()
    {
        if (json.TokenType == JsonTokenType.String)
        {
            return Text();
        }

        return IsNull ? "" : throw WrongType("string");
    }

    public string? ReadNullableString() => IsNull ? null : ReadString();

    public bool ReadBoolean() => json.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False or JsonTokenType.Null => false,
        _ => throw WrongType("bool"),
    };

    public bool? ReadNullableBoolean() => IsNull ? null : ReadBoolean();

    public int ReadInt32()
    {
        if (json.TokenType == JsonTokenType.Number)
        {
            return json.TryGetInt32(out var value) && IsInteger() ? value : throw WrongNumber("int32");
        }

        return IsNull ? 0 : throw WrongType("int32");
    }

    public int? ReadNullableInt32() => IsNull ? null : ReadInt32();

    public long ReadInt64()
    {
        if (json.TokenType == JsonTokenType.Number)
        {
            return json.TryGetInt64(out var value) && IsInteger() ? value : throw WrongNumber("int64");
        }

        return IsNull ? 0 : throw WrongType("int64");
    }

    public long? ReadNullableInt64() => IsNull ? null : ReadInt64();

    public double ReadDouble() => json.TokenType switch
    {
        JsonTokenType.Number when json.TryGetDouble(out var value) && double.IsFinite(value) => value,
        JsonTokenType.Number => throw WrongNumber("float64"),
        JsonTokenType.Null => 0,
        _ => throw WrongType("float64"),
    };

    public double? ReadNullableDouble() => IsNull ? null : ReadDouble();

    public ReadOnlyMemory<byte> ReadBytes()
    {
        if (IsNull)
        {
            return default;
        }

        if (json.TokenType != JsonTokenType.String)
        {
            throw WrongType("[]uint8");
        }

        // Line breaks are allowed inside base64: people paste wrapped output of command line tools.
        var text = Text();
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException)
        {
            var bad = text.AsSpan().IndexOfAnyExcept("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n");
            throw new ApiJsonException($"illegal base64 data at input byte {(bad >= 0 ? bad : text.Length - (text.Length % 4))}");
        }
    }

    public ReadOnlyMemory<byte>? ReadNullableBytes() => IsNull ? null : ReadBytes();

    public DateTimeOffset? ReadTime()
    {
        if (IsNull)
        {
            return null;
        }

        if (json.TokenType != JsonTokenType.String)
        {
            throw WrongType("string");
        }

        var text = Text();
        if (text.Length == 0)
        {
            return null;
        }

        var time = Rfc3339.Parse(text);
        return new DateTimeOffset(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
    }

    public MicroTime? ReadMicroTime()
    {
        if (IsNull)
        {
            return null;
        }

        if (json.TokenType != JsonTokenType.String)
        {
            throw WrongType("string");
        }

        return new MicroTime(Rfc3339.ParseMicro(Text()));
    }

    public Duration ReadDuration()
    {
        if (IsNull)
        {
            return default;
        }

        try
        {
            return Duration.Parse(ReadString());
        }
        catch (FormatException e)
        {
            throw new ApiJsonException(e.Message, e);
        }
    }

    public Duration? ReadNullableDuration() => IsNull ? null : ReadDuration();

    public Quantity ReadQuantity()
    {
        if (IsNull)
        {
            return default;
        }

        var text = IsString ? Text() : Encoding.UTF8.GetString(json.ValueSpan);

        try
        {
            return Quantity.Parse(text.Trim());
        }
        catch (FormatException e)
        {
            throw new ApiJsonException(e.Message, e);
        }
    }

    public Quantity? ReadNullableQuantity() => IsNull ? null : ReadQuantity();

    public IntOrString ReadIntOrString() => IntOrString.Read(ref this);

    public IntOrString? ReadNullableIntOrString() => IsNull ? null : IntOrString.Read(ref this);

    /// <summary>Reads any value as it stands.</summary>
    public RawExtension? ReadRaw()
    {
        if (IsNull)
        {
            return null;
        }

        var start = (int)json.TokenStartIndex;
        Guard(SkipKept);
        return new RawExtension(JsonSpace.Without(input[start..(int)json.BytesConsumed]));
    }

    private static void SkipKept(ref Utf8JsonReader json)
    {
        if (json.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            return;
        }

        var outer = json.CurrentDepth;
        while (json.Read() && !(json.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray && json.CurrentDepth == outer))
        {
            if (json.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray && json.CurrentDepth >= KeptDepthMax)
            {
                throw TooDeep();
            }
        }
    }

    private readonly void CheckDepth()
    {
        if (json.CurrentDepth >= KeptDepthMax)
        {
            throw TooDeep();
        }
    }

    private static ApiJsonException TooDeep() => new("exceeded max depth");

    /// <summary>Passes over a value of whatever type.</summary>
    public void SkipValue() => Guard(static (ref Utf8JsonReader r) => r.Skip());

    public T Read<T>() where T : IApiType<T> => T.Read(ref this);

    public T? ReadNullable<T>() where T : class, IApiType<T> => IsNull ? null : T.Read(ref this);

    public IReadOnlyList<T> ReadList<T>(string type) where T : IApiType<T> => ReadItems("[]v1." + type, static (ref ApiReader r) => T.Read(ref r));

    public IReadOnlyList<string> ReadStrings() => ReadItems("[]string", static (ref ApiReader r) => r.ReadString());

    public IReadOnlyList<int> ReadInt32s() => ReadItems("[]int32", static (ref ApiReader r) => r.ReadInt32());

    public IReadOnlyList<long> ReadInt64s() => ReadItems("[]int64", static (ref ApiReader r) => r.ReadInt64());

    public IReadOnlyList<bool> ReadBooleans() => ReadItems("[]bool", static (ref ApiReader r) => r.ReadBoolean());

    public IReadOnlyList<Quantity> ReadQuantities() => ReadItems("[]resource.Quantity", static (ref ApiReader r) => r.ReadQuantity());

    public Map<T> ReadMap<T>(string type) where T : IApiType<T> => ReadMap("map[string]v1." + type, static (ref ApiReader r) => T.Read(ref r));

    public Map<string> ReadStringMap() => ReadMap("map[string]string", static (ref ApiReader r) => r.ReadString());

    public Map<Quantity> ReadQuantityMap() => ReadMap("v1.ResourceList", static (ref ApiReader r) => r.ReadQuantity());

    public Map<ReadOnlyMemory<byte>> ReadBytesMap() => ReadMap("map[string][]uint8", static (ref ApiReader r) => r.ReadBytes());

    public Map<IReadOnlyList<string>> ReadStringsMap() => ReadMap("map[string][]string", static (ref ApiReader r) => r.ReadStrings());

    public Map<DateTimeOffset> ReadTimeMap() => ReadMap("map[string]v1.Time", static (ref ApiReader r) => r.ReadTime() ?? default);

    private delegate T ReadValue<T>(ref ApiReader reader);

    private delegate void Move(ref Utf8JsonReader reader);

    private IReadOnlyList<T> ReadItems<T>(string goType, ReadValue<T> read)
    {
        if (IsNull)
        {
            return [];
        }

        if (json.TokenType != JsonTokenType.StartArray)
        {
            throw WrongType(goType);
        }

        CheckDepth();
        var items = new List<T>();
        while (NextElement(items.Count))
        {
            items.Add(read(ref this));
        }

        // An absent list and [] are told apart only by the few fields that are written when empty; there, [] is another instance.
        return items.Count == 0 ? EmptyList<T>.Instance : items.ToArray();
    }

    private Map<T> ReadMap<T>(string goType, ReadValue<T> read)
    {
        if (IsNull)
        {
            return [];
        }

        if (json.TokenType != JsonTokenType.StartObject)
        {
            throw WrongType(goType);
        }

        CheckDepth();
        trace.Push(null);
        var keys = new string[4];
        var values = new T[4];
        var count = 0;
        HashSet<string>? seen = null;
        while (true)
        {
            Advance();
            if (json.TokenType == JsonTokenType.EndObject)
            {
                break;
            }

            if (count == keys.Length)
            {
                Array.Resize(ref keys, count * 2);
                Array.Resize(ref values, count * 2);
            }

            var key = Text();
            trace.Field = key;
            if (count < 32 ? Array.IndexOf(keys, key, 0, count) >= 0 : !(seen ??= new HashSet<string>(keys.AsSpan(0, count).ToArray(), StringComparer.Ordinal)).Add(key))
            {
                trace.AddProblem("duplicate field");
            }

            keys[count] = key;
            Advance();
            values[count++] = read(ref this);
        }

        trace.Pop();
        return Map.Sorted(keys, values, count);
    }

    private bool NextElement(int index)
    {
        Advance();
        trace.Index = json.TokenType == JsonTokenType.EndArray ? -1 : index;
        return json.TokenType != JsonTokenType.EndArray;
    }

    private readonly string Text() => LenientText.Read(in json);

    private readonly bool IsInteger() => json.ValueSpan.IndexOfAny("eE."u8) < 0;

    private bool Advance()
    {
        try
        {
            return json.Read();
        }
        catch (JsonException e)
        {
            throw Malformed(e);
        }
    }

    private void Guard(Move move)
    {
        try
        {
            move(ref json);
        }
        catch (JsonException e)
        {
            throw Malformed(e);
        }
    }

    private readonly ApiJsonException Malformed(JsonException e) => new(JsonSyntax.FindProblem(input, DepthMax) ?? e.Message, e);

    private readonly ApiJsonException WrongType(string goType) => trace.Unmarshal(JsonName(), goType);

    private readonly ApiJsonException WrongNumber(string goType) => trace.Unmarshal("number " + Encoding.UTF8.GetString(json.ValueSpan), goType);

    private readonly string JsonName() => json.TokenType switch
    {
        JsonTokenType.StartObject => "object",
        JsonTokenType.StartArray => "array",
        JsonTokenType.String => "string",
        JsonTokenType.Number => "number",
        _ => "bool",
    };
}
