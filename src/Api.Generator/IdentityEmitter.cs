namespace Navarch.Api.Generator;

/// <summary>Emits what a kind is called and how it is printed in a log.</summary>
internal static class IdentityEmitter
{
    public static void Emit(CodeText code, ApiTypeModel type)
    {
        if (type.Resource is { } resource)
        {
            code.Line($"public static ResourceType ResourceType {{ get; }} = new({CodeText.Literal(type.Group)}, {CodeText.Literal(type.Version)}, {CodeText.Literal(type.Kind!)}, {CodeText.Literal((string)resource.ConstructorArguments[2].Value!)})");
            code.Open();
            foreach (var named in resource.NamedArguments)
            {
                var value = named.Value.Kind == Microsoft.CodeAnalysis.TypedConstantKind.Array
                    ? "[" + string.Join(", ", named.Value.Values.Select(item => CodeText.Literal((string)item.Value!))) + "]"
                    : named.Value.Value is bool flag ? (flag ? "true" : "false") : CodeText.Literal((string)named.Value.Value!);
                code.Line($"{named.Key} = {value},");
            }

            code.Close(";");
            code.Line($"public {type.Name} WithMetadata(global::Navarch.Api.Meta.V1.ObjectMeta metadata) => this with {{ Metadata = metadata }};");

            // Never the content: a log line with a Secret in it would be a leak.
            code.Line("public override string ToString() => Metadata.Namespace.Length == 0 ? $\"{ResourceType.Kind} {Metadata.Name}\" : $\"{ResourceType.Kind} {Metadata.Namespace}/{Metadata.Name}\";");
        }
        else
        {
            code.Line($"public override string ToString() => {CodeText.Literal(type.Name)};");
        }

        code.Line("private bool PrintMembers(global::System.Text.StringBuilder builder) => false;");
    }
}
