using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Navarch.Api.Generator;

/// <summary>What a field's C# type stands for.</summary>
internal enum FieldShape
{
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
    Raw,
    Record,
    List,
    Map,
}

/// <summary>What the declaration of a field says.</summary>
internal sealed class FieldModel
{
    public int Index { get; private set; }
    public string Property { get; private set; } = "";
    public string Json { get; private set; } = "";
    public string Description { get; private set; } = "";
    public FieldShape Shape { get; private set; }

    /// <summary>Shape of the elements of a list or map.</summary>
    public FieldShape ItemShape { get; private set; }

    /// <summary>C# name of the record, of the field itself or of its elements.</summary>
    public string RecordType { get; private set; } = "";
    public string CSharpType { get; private set; } = "";
    public bool IsNullable { get; private set; }
    public int Proto { get; private set; }

    /// <summary>Numbers of the messages the field lies in that JSON shows in place, outermost first.</summary>
    public IReadOnlyList<int> ProtoIn { get; private set; } = [];

    /// <summary>In protobuf the list of strings is a message of its own.</summary>
    public bool IsProtoWrapped { get; private set; }

    /// <summary>In protobuf the field is present even when empty, though JSON omits it.</summary>
    public bool IsAlwaysInProto { get; private set; }

    /// <summary>C# type of the elements of a list or map.</summary>
    public string ItemType { get; private set; } = "";
    public bool IsRequired { get; private set; }
    public bool IsWrittenWhenEmpty { get; private set; }

    /// <summary>Default as a C# literal and as JSON, or null.</summary>
    public string? Default { get; private set; }
    public string? DefaultJson { get; private set; }
    public bool IsMerged { get; private set; }
    public string MergeKey { get; private set; } = "";
    public bool RetainsKeys { get; private set; }
    public string? ListType { get; private set; }
    public IReadOnlyList<string> ListKeys { get; private set; } = [];
    public bool IsAtomicMap { get; private set; }

    /// <summary>Elements are objects that say their kind.</summary>
    public bool HasTypedItems { get; private set; }
    public IReadOnlyList<string> Values { get; private set; } = [];

    /// <summary>Name of the type without its namespace, as error messages show it.</summary>
    public string RecordName => RecordType.Substring(RecordType.LastIndexOf('.') + 1);

    public static FieldModel Of(IPropertySymbol property, int index)
    {
        var field = new FieldModel
        {
            Index = index,
            Property = property.Name,
            Json = char.ToLowerInvariant(property.Name[0]) + property.Name.Substring(1),
            Description = ApiTypeModel.Summary(property),
            CSharpType = property.Type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat.AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier)),
        };

        field.Classify(property.Type);
        foreach (var attribute in property.GetAttributes())
        {
            field.Apply(attribute);
        }

        return field;
    }

    private void Classify(ITypeSymbol type)
    {
        IsNullable = type.NullableAnnotation == NullableAnnotation.Annotated;
        if (type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable)
        {
            IsNullable = true;
            type = nullable.TypeArguments[0];
        }

        Shape = ShapeOf(type);
        if (Shape is FieldShape.List or FieldShape.Map)
        {
            var item = ((INamedTypeSymbol)type).TypeArguments[0];
            ItemType = Qualified(item);
            if (item is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } inner)
            {
                item = inner.TypeArguments[0];
            }

            ItemShape = ShapeOf(item);
            RecordType = Qualified(item);
        }
        else
        {
            RecordType = Qualified(type);
        }
    }

    private static string Qualified(ITypeSymbol type) => type.WithNullableAnnotation(NullableAnnotation.NotAnnotated).ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);

    private static FieldShape ShapeOf(ITypeSymbol type) => type.SpecialType switch
    {
        SpecialType.System_String => FieldShape.String,
        SpecialType.System_Int32 => FieldShape.Int32,
        SpecialType.System_Int64 => FieldShape.Int64,
        SpecialType.System_Double => FieldShape.Double,
        SpecialType.System_Boolean => FieldShape.Boolean,
        _ => type.Name switch
        {
            "ReadOnlyMemory" => FieldShape.Bytes,
            "DateTimeOffset" => FieldShape.Time,
            "MicroTime" => FieldShape.MicroTime,
            "Duration" => FieldShape.Duration,
            "Quantity" => FieldShape.Quantity,
            "IntOrString" => FieldShape.IntOrString,
            "RawExtension" => FieldShape.Raw,
            "IReadOnlyList" => FieldShape.List,
            "Map" => FieldShape.Map,
            _ => FieldShape.Record,
        },
    };

    private void Apply(AttributeData attribute)
    {
        var arguments = attribute.ConstructorArguments;
        switch (attribute.AttributeClass?.Name)
        {
            case "ProtoAttribute":
                Proto = (int)arguments[0].Value!;
                ProtoIn = [.. attribute.NamedArguments.Where(argument => argument.Key == "In").SelectMany(argument => argument.Value.Values).Select(value => (int)value.Value!)];
                IsProtoWrapped = attribute.NamedArguments.Any(argument => argument.Key == "Wrapped");
                IsAlwaysInProto = attribute.NamedArguments.Any(argument => argument.Key == "Always");
                break;
            case "JsonNameAttribute":
                Json = (string)arguments[0].Value!;
                break;
            case "RequiredAttribute":
                IsRequired = true;
                break;
            case "WrittenWhenEmptyAttribute":
                IsWrittenWhenEmpty = true;
                break;
            case "MergeAttribute":
                IsMerged = true;
                MergeKey = (string)arguments[0].Value!;
                break;
            case "RetainKeysAttribute":
                RetainsKeys = true;
                break;
            case "ListMapAttribute":
                ListType = "Map";
                ListKeys = arguments[0].Values.Select(value => (string)value.Value!).ToList();
                break;
            case "ListSetAttribute":
                ListType = "Set";
                break;
            case "ListAtomicAttribute":
                ListType = "Atomic";
                break;
            case "TypedItemsAttribute":
                HasTypedItems = true;
                break;
            case "AtomicMapAttribute":
                IsAtomicMap = true;
                break;
            case "DefaultAttribute":
                Default = arguments[0].ToCSharpString();
                DefaultJson = arguments[0].Value is bool flag ? (flag ? "true" : "false") : arguments[0].ToCSharpString();
                break;
            case "OneOfAttribute":
                Values = ((INamedTypeSymbol)arguments[0].Value!).GetMembers().OfType<IFieldSymbol>()
                    .Where(constant => constant.HasConstantValue).Select(constant => (string)constant.ConstantValue!).ToList();
                break;
        }
    }
}
