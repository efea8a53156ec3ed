namespace Navarch.Api;

/// <summary>What a JSON value of the API looks like.</summary>
public enum SchemaKind
{
    Object,
    Map,
    List,
    String,
    Int32,
    Int64,
    Double,
    Boolean,
    Bytes,
    Time,
    MicroTime,
    Duration,
    Quantity,
    IntOrString,

    /// <summary>Any JSON object, kept as it came.</summary>
    RawObject,

    /// <summary>Any JSON value, or one of several forms that a type alone does not tell.</summary>
    Any,
}

/// <summary>Describes a type: one description for built-in types and custom resources alike.</summary>
public sealed class Schema
{
    public required SchemaKind Kind { get; init; }

    /// <summary>Name of an object type in OpenAPI, such as <c>io.k8s.api.core.v1.Pod</c>; empty for the rest.</summary>
    public string Name { get; init; } = "";

    public string Description { get; init; } = "";

    /// <summary>Fields of an object, in the order they are written.</summary>
    public IReadOnlyList<SchemaField> Fields { get; init; } = [];

    /// <summary>Type of the elements of a list or the values of a map.</summary>
    public Schema? Items { get; init; }

    /// <summary>Group, version and kind when the object is sent on its own.</summary>
    public (string Group, string Version, string Kind)? GroupVersionKind { get; init; }

    /// <summary>Server-side apply owns every use of the type as a whole.</summary>
    public bool IsAtomic { get; init; }

    /// <summary>Allowed values of a string; empty when any is.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    private Dictionary<string, SchemaField>? byName;

    public SchemaField? FindField(string name)
    {
        byName ??= Fields.ToDictionary(field => field.Name, StringComparer.Ordinal);
        return byName.GetValueOrDefault(name);
    }

    public static Schema String { get; } = new() { Kind = SchemaKind.String };
    public static Schema Int32 { get; } = new() { Kind = SchemaKind.Int32 };
    public static Schema Int64 { get; } = new() { Kind = SchemaKind.Int64 };
    public static Schema Double { get; } = new() { Kind = SchemaKind.Double };
    public static Schema Boolean { get; } = new() { Kind = SchemaKind.Boolean };
    public static Schema Bytes { get; } = new() { Kind = SchemaKind.Bytes };
    public static Schema Time { get; } = new() { Kind = SchemaKind.Time, Name = "io.k8s.apimachinery.pkg.apis.meta.v1.Time" };
    public static Schema MicroTime { get; } = new() { Kind = SchemaKind.MicroTime, Name = "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime" };
    public static Schema Duration { get; } = new() { Kind = SchemaKind.Duration, Name = "io.k8s.apimachinery.pkg.apis.meta.v1.Duration" };
    public static Schema Quantity { get; } = new() { Kind = SchemaKind.Quantity, Name = "io.k8s.apimachinery.pkg.api.resource.Quantity" };
    public static Schema IntOrString { get; } = new() { Kind = SchemaKind.IntOrString, Name = "io.k8s.apimachinery.pkg.util.intstr.IntOrString" };
    public static Schema RawExtension { get; } = new() { Kind = SchemaKind.RawObject, Name = "io.k8s.apimachinery.pkg.runtime.RawExtension" };

    public static Schema FieldsV1 { get; } = new() { Kind = SchemaKind.RawObject, Name = "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1" };

    public static Schema ListOf(Schema items) => new() { Kind = SchemaKind.List, Items = items };

    public static Schema MapOf(Schema items) => new() { Kind = SchemaKind.Map, Items = items };

    public static Schema OneOf(params string[] values) => new() { Kind = SchemaKind.String, Values = values };
}

/// <summary>How server-side apply treats a list.</summary>
public enum ListType
{
    Unspecified,
    Atomic,
    Set,
    Map,
}

/// <summary>A field of an object type.</summary>
public sealed class SchemaField(string name, int protoNumber, Func<Schema> type)
{
    private Schema? resolved;

    /// <summary>Name in JSON.</summary>
    public string Name { get; } = name;

    public int ProtoNumber { get; } = protoNumber;

    /// <summary>Resolved on first use, so that types may refer to themselves.</summary>
    public Schema Type => resolved ??= type();

    public string Description { get; init; } = "";
    public bool IsRequired { get; init; }

    /// <summary>The field tells absent from zero.</summary>
    public bool IsNullable { get; init; }
    public bool IsWrittenWhenEmpty { get; init; }

    /// <summary>Server default as JSON text, or null.</summary>
    public string? Default { get; init; }

    /// <summary>Strategic merge merges the list instead of replacing it.</summary>
    public bool IsMerged { get; init; }

    /// <summary>Key of merged list elements; empty for a merged list of strings.</summary>
    public string MergeKey { get; init; } = "";
    public bool RetainsKeys { get; init; }
    public ListType ListType { get; init; }
    public IReadOnlyList<string> ListMapKeys { get; init; } = [];
    public bool IsAtomicMap { get; init; }
}
