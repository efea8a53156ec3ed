namespace Navarch.Machinery.Cel;

/// <summary>What sort of thing a type describes.</summary>
public enum CelKind
{
    /// <summary>Anything: known when it is evaluated.</summary>
    Dyn,
    Null,
    Bool,
    Int,
    Uint,
    Double,
    String,
    Bytes,
    Timestamp,
    Duration,
    List,
    Map,

    /// <summary>A type, as a value.</summary>
    Type,

    /// <summary>An object with named fields.</summary>
    Object,

    /// <summary>A type of a library, whose values only its functions look into.</summary>
    Opaque,

    /// <summary>A type that the arguments of a call tell.</summary>
    Parameter,
}

/// <summary>A type of the language. Types without parameters are one instance each.</summary>
public sealed class CelType
{
    private readonly Func<string, CelType?>? fields;

    private CelType(CelKind kind, string name, IReadOnlyList<CelType>? parameters = null, Func<string, CelType?>? fields = null)
    {
        Kind = kind;
        Name = name;
        Parameters = parameters ?? [];
        this.fields = fields;
        Size = (int)Math.Min(int.MaxValue, 1 + Parameters.Sum(static part => (long)part.Size));
    }

    public static CelType Dyn { get; } = new(CelKind.Dyn, "dyn");
    public static CelType Null { get; } = new(CelKind.Null, "null_type");
    public static CelType Bool { get; } = new(CelKind.Bool, "bool");
    public static CelType Int { get; } = new(CelKind.Int, "int");
    public static CelType Uint { get; } = new(CelKind.Uint, "uint");
    public static CelType Double { get; } = new(CelKind.Double, "double");
    public static CelType String { get; } = new(CelKind.String, "string");
    public static CelType Bytes { get; } = new(CelKind.Bytes, "bytes");
    public static CelType Timestamp { get; } = new(CelKind.Timestamp, "google.protobuf.Timestamp");
    public static CelType Duration { get; } = new(CelKind.Duration, "google.protobuf.Duration");

    public CelKind Kind { get; }
    public string Name { get; }
    public IReadOnlyList<CelType> Parameters { get; }

    public static CelType List(CelType items) => new(CelKind.List, "list", [items]);

    public static CelType Map(CelType key, CelType value) => new(CelKind.Map, "map", [key, value]);

    public static CelType TypeOf(CelType type) => new(CelKind.Type, "type", [type]);

    public static CelType Opaque(string name, params IReadOnlyList<CelType> parameters) => new(CelKind.Opaque, name, parameters);

    public static CelType Optional(CelType value) => Opaque("optional_type", value);

    /// <param name="fields">The type of a field; null where there is none of that name.</param>
    public static CelType Object(string name, Func<string, CelType?> fields) => new(CelKind.Object, name, null, fields);

    internal static CelType Parameter(string name) => new(CelKind.Parameter, name);

    /// <summary>How many types it is made of.</summary>
    internal int Size { get; }

    public CelType? FindField(string name) => fields?.Invoke(name);

    internal bool IsOptional => Kind == CelKind.Opaque && Name == "optional_type";

    /// <summary>The same type.</summary>
    public bool Is(CelType other)
    {
        if (ReferenceEquals(this, other))
        {
            return true;
        }

        if (Kind != other.Kind || Name != other.Name || Parameters.Count != other.Parameters.Count)
        {
            return false;
        }

        for (var i = 0; i < Parameters.Count; i++)
        {
            if (!Parameters[i].Is(other.Parameters[i]))
            {
                return false;
            }
        }

        return true;
    }

    internal CelType With(IReadOnlyList<CelType> parameters) => new(Kind, Name, parameters, fields);

    /// <summary>As messages name it: <c>map(string, dyn)</c>.</summary>
    public override string ToString() => Kind switch
    {
        CelKind.Null => "null",
        CelKind.Timestamp => "timestamp",
        CelKind.Duration => "duration",
        _ when Parameters.Count > 0 => $"{Name}({string.Join(", ", Parameters)})",
        _ => Name,
    };
}
