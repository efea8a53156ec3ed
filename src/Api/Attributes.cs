namespace Navarch.Api;

/// <summary>Names the API group version of a namespace and the prefix of its names in OpenAPI.</summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public sealed class ApiGroupAttribute(string @namespace, string group, string version, string schemaPrefix) : Attribute
{
    public string Namespace { get; } = @namespace;
    public string Group { get; } = group;
    public string Version { get; } = version;
    public string SchemaPrefix { get; } = schemaPrefix;
}

/// <summary>Declares a kind that is stored and served under <c>/apis/GROUP/VERSION/PLURAL</c>.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ResourceAttribute(string group, string version, string plural) : Attribute
{
    public string Group { get; } = group;
    public string Version { get; } = version;
    public string Plural { get; } = plural;
    public bool Namespaced { get; set; }
    public string[] ShortNames { get; set; } = [];
    public string[] Categories { get; set; } = [];
    public string? Singular { get; set; }
    public string? ListKind { get; set; }
}

/// <summary>Declares a type that is sent on its own, with kind and apiVersion, but is not a stored resource.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ApiObjectAttribute(string group, string version) : Attribute
{
    public string Group { get; } = group;
    public string Version { get; } = version;
}

/// <summary>The field's number in protobuf. <see cref="In"/> are the numbers of the embedded messages it lies in, outermost first.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ProtoAttribute(int number) : Attribute
{
    public int Number { get; } = number;
    public int[] In { get; set; } = [];

    /// <summary>The list of strings is a message of its own.</summary>
    public bool Wrapped { get; set; }

    /// <summary>The field is present even when empty, though JSON omits it.</summary>
    public bool Always { get; set; }
}

/// <summary>The field's name in JSON, where it is not the property's name with a small first letter.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class JsonNameAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

/// <summary>The field is listed under <c>required</c> in OpenAPI.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RequiredAttribute : Attribute;

/// <summary>The field is written to JSON even when it is empty.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class WrittenWhenEmptyAttribute : Attribute;

/// <summary>Strategic merge: the list is merged, by <see cref="Key"/> or, for lists of strings, by value.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MergeAttribute(string key = "") : Attribute
{
    public string Key { get; } = key;
}

/// <summary>Strategic merge: fields missing from <c>$retainKeys</c> are cleared.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RetainKeysAttribute : Attribute;

/// <summary>Server-side apply: the list is a map with these keys.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ListMapAttribute(params string[] keys) : Attribute
{
    public string[] Keys { get; } = keys;
}

/// <summary>Server-side apply: the list is a set.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ListSetAttribute : Attribute;

/// <summary>Server-side apply: the list is owned as a whole, and says so in OpenAPI.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ListAtomicAttribute : Attribute;

/// <summary>Server-side apply: the map or struct is owned as a whole.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class)]
public sealed class AtomicMapAttribute : Attribute;

/// <summary>Value the server fills in when the field is absent.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DefaultAttribute(object value) : Attribute
{
    public object Value { get; } = value;
}

/// <summary>The field takes one of the constants of the given class.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OneOfAttribute(Type values) : Attribute
{
    public Type Values { get; } = values;
}

/// <summary>Elements of the list are whole objects, written with kind and apiVersion.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TypedItemsAttribute : Attribute;
