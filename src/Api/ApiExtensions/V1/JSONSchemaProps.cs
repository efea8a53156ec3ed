namespace Navarch.Api.ApiExtensions.V1;

/// <summary>What a JSON value of a custom resource may look like.</summary>
public sealed partial record JSONSchemaProps : IApiType<JSONSchemaProps>
{
    [Proto(1), JsonName("id")]
    public string ID { get; init; } = "";

    [Proto(2), JsonName("$schema")]
    public string SchemaURL { get; init; } = "";

    [Proto(3), JsonName("$ref")]
    public string? Ref { get; init; }

    /// <summary>What the value means, for people.</summary>
    [Proto(4)]
    public string Description { get; init; } = "";

    /// <summary>object, array, string, integer, number or boolean.</summary>
    [Proto(5)]
    public string Type { get; init; } = "";

    [Proto(6)]
    public string Format { get; init; } = "";

    [Proto(7)]
    public string Title { get; init; } = "";

    /// <summary>What the field is when it is left out.</summary>
    [Proto(8)]
    public JSON? Default { get; init; }

    [Proto(9)]
    public double? Maximum { get; init; }

    [Proto(10)]
    public bool ExclusiveMaximum { get; init; }

    [Proto(11)]
    public double? Minimum { get; init; }

    [Proto(12)]
    public bool ExclusiveMinimum { get; init; }

    [Proto(13)]
    public long? MaxLength { get; init; }

    [Proto(14)]
    public long? MinLength { get; init; }

    [Proto(15)]
    public string Pattern { get; init; } = "";

    [Proto(16)]
    public long? MaxItems { get; init; }

    [Proto(17)]
    public long? MinItems { get; init; }

    [Proto(18)]
    public bool UniqueItems { get; init; }

    [Proto(19)]
    public double? MultipleOf { get; init; }

    [Proto(20), ListAtomic]
    public IReadOnlyList<JSON> Enum { get; init; } = [];

    [Proto(21)]
    public long? MaxProperties { get; init; }

    [Proto(22)]
    public long? MinProperties { get; init; }

    /// <summary>Names of the fields that must be there.</summary>
    [Proto(23), ListAtomic]
    public IReadOnlyList<string> Required { get; init; } = [];

    /// <summary>What the elements of a list look like.</summary>
    [Proto(24)]
    public JSONSchemaPropsOrArray? Items { get; init; }

    [Proto(25), ListAtomic]
    public IReadOnlyList<JSONSchemaProps> AllOf { get; init; } = [];

    [Proto(26), ListAtomic]
    public IReadOnlyList<JSONSchemaProps> OneOf { get; init; } = [];

    [Proto(27), ListAtomic]
    public IReadOnlyList<JSONSchemaProps> AnyOf { get; init; } = [];

    [Proto(28)]
    public JSONSchemaProps? Not { get; init; }

    /// <summary>The fields of an object, by name.</summary>
    [Proto(29)]
    public Map<JSONSchemaProps> Properties { get; init; } = [];

    /// <summary>What fields look like that are not named.</summary>
    [Proto(30)]
    public JSONSchemaPropsOrBool? AdditionalProperties { get; init; }

    [Proto(31)]
    public Map<JSONSchemaProps> PatternProperties { get; init; } = [];

    [Proto(32)]
    public Map<JSONSchemaPropsOrStringArray> Dependencies { get; init; } = [];

    [Proto(33)]
    public JSONSchemaPropsOrBool? AdditionalItems { get; init; }

    [Proto(34)]
    public Map<JSONSchemaProps> Definitions { get; init; } = [];

    [Proto(35)]
    public ExternalDocumentation? ExternalDocs { get; init; }

    [Proto(36)]
    public JSON? Example { get; init; }

    /// <summary>null is a value of its own.</summary>
    [Proto(37)]
    public bool Nullable { get; init; }

    /// <summary>Fields that the schema does not name are kept.</summary>
    [Proto(38), JsonName("x-kubernetes-preserve-unknown-fields")]
    public bool? XPreserveUnknownFields { get; init; }

    /// <summary>The value is a whole object, with kind, apiVersion and metadata.</summary>
    [Proto(39), JsonName("x-kubernetes-embedded-resource")]
    public bool XEmbeddedResource { get; init; }

    /// <summary>The value is a number or a string.</summary>
    [Proto(40), JsonName("x-kubernetes-int-or-string")]
    public bool XIntOrString { get; init; }

    /// <summary>Fields that tell the elements of a list of type map apart.</summary>
    [Proto(41), JsonName("x-kubernetes-list-map-keys"), ListAtomic]
    public IReadOnlyList<string> XListMapKeys { get; init; } = [];

    /// <summary>atomic, set or map: how server-side apply merges the list.</summary>
    [Proto(42), JsonName("x-kubernetes-list-type")]
    public string? XListType { get; init; }

    /// <summary>granular or atomic: how server-side apply merges the object.</summary>
    [Proto(43), JsonName("x-kubernetes-map-type")]
    public string? XMapType { get; init; }

    /// <summary>Expressions that must hold.</summary>
    [Proto(44), JsonName("x-kubernetes-validations"), Merge("rule"), ListMap("rule")]
    public IReadOnlyList<ValidationRule> XValidations { get; init; } = [];
}

public sealed partial record ExternalDocumentation : IApiType<ExternalDocumentation>
{
    [Proto(1)]
    public string Description { get; init; } = "";

    [Proto(2), JsonName("url")]
    public string URL { get; init; } = "";
}

public sealed partial record ValidationRule : IApiType<ValidationRule>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Rule { get; init; } = "";

    [Proto(2)]
    public string Message { get; init; } = "";

    [Proto(3)]
    public string MessageExpression { get; init; } = "";

    [Proto(4), OneOf(typeof(FieldValueErrorReason))]
    public string? Reason { get; init; }

    [Proto(5)]
    public string FieldPath { get; init; } = "";

    [Proto(6)]
    public bool? OptionalOldSelf { get; init; }
}

/// <summary>The values of a FieldValueErrorReason.</summary>
public static class FieldValueErrorReason
{
    public const string FieldValueDuplicate = "FieldValueDuplicate";
    public const string FieldValueForbidden = "FieldValueForbidden";
    public const string FieldValueInvalid = "FieldValueInvalid";
    public const string FieldValueRequired = "FieldValueRequired";
}
