using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;

namespace Navarch.Api.Generator;

/// <summary>What the declaration of a type says.</summary>
internal sealed class ApiTypeModel
{
    public string Namespace { get; private set; } = "";
    public string Name { get; private set; } = "";
    public string Group { get; private set; } = "";
    public string Version { get; private set; } = "";
    public string SchemaName { get; private set; } = "";
    public string Description { get; private set; } = "";

    /// <summary>Kind when the type is sent on its own, else null.</summary>
    public string? Kind { get; private set; }
    public bool IsResource { get; private set; }
    public bool IsAtomic { get; private set; }
    public AttributeData? Resource { get; private set; }
    public IReadOnlyList<FieldModel> Fields { get; private set; } = [];

    public IReadOnlyList<ProtoSlot> ProtoSlots => ProtoSlot.Of(Fields);

    public static ApiTypeModel Of(INamedTypeSymbol symbol, IAssemblySymbol assembly)
    {
        var ns = symbol.ContainingNamespace.ToDisplayString();
        var model = new ApiTypeModel { Namespace = ns, Name = symbol.Name, Description = Summary(symbol) };
        foreach (var attribute in assembly.GetAttributes())
        {
            if (attribute.AttributeClass?.Name == "ApiGroupAttribute" && (string?)attribute.ConstructorArguments[0].Value == ns)
            {
                model.Group = (string)attribute.ConstructorArguments[1].Value!;
                model.Version = (string)attribute.ConstructorArguments[2].Value!;
                model.SchemaName = $"{attribute.ConstructorArguments[3].Value}.{symbol.Name}";
            }
        }

        foreach (var attribute in symbol.GetAttributes())
        {
            switch (attribute.AttributeClass?.Name)
            {
                case "ResourceAttribute":
                    model.Resource = attribute;
                    model.IsResource = true;
                    model.Kind = symbol.Name;
                    break;
                case "ApiObjectAttribute":
                    // Not always the namespace's: Status and the discovery kinds belong to the core group on the wire.
                    model.Group = (string)attribute.ConstructorArguments[0].Value!;
                    model.Version = (string)attribute.ConstructorArguments[1].Value!;
                    model.Kind = symbol.Name;
                    break;
                case "AtomicMapAttribute":
                    model.IsAtomic = true;
                    break;
            }
        }

        model.Fields = symbol.GetMembers().OfType<IPropertySymbol>()
            .Where(property => !property.IsStatic && property.DeclaredAccessibility == Accessibility.Public && property.SetMethod is not null)
            .Select((property, index) => FieldModel.Of(property, index))
            .ToList();
        return model;
    }

    public static string Summary(ISymbol symbol)
    {
        var xml = symbol.GetDocumentationCommentXml();
        if (string.IsNullOrEmpty(xml))
        {
            return "";
        }

        var summary = XElement.Parse(xml!).Element("summary")?.Value ?? "";
        return Regex.Replace(summary, @"\s+", " ").Trim();
    }
}
