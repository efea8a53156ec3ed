using Navarch.Api.Json;
using Navarch.Api.Protobuf;

namespace Navarch.Api.ApiExtensions.V1;

/// <summary>A schema, or names of fields.</summary>
public sealed class JSONSchemaPropsOrStringArray(JSONSchemaProps? schema, IReadOnlyList<string> names) : IApiType<JSONSchemaPropsOrStringArray>, IEquatable<JSONSchemaPropsOrStringArray>
{
    public static Schema Schema { get; } = new() { Kind = SchemaKind.Any, Name = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray" };

    public static JSONSchemaPropsOrStringArray Empty { get; } = new(null, []);

    public JSONSchemaProps? Props { get; } = schema;

    public IReadOnlyList<string> Names { get; } = names;

    public static JSONSchemaPropsOrStringArray Read(ref ApiReader reader)
    {
        if (reader.IsObject)
        {
            return new JSONSchemaPropsOrStringArray(JSONSchemaProps.Read(ref reader), []);
        }

        if (reader.IsList)
        {
            return new JSONSchemaPropsOrStringArray(null, reader.ReadStrings());
        }

        reader.SkipValue(); // Neither form: taken for nothing, as it always was.
        return Empty;
    }

    public static JSONSchemaPropsOrStringArray ReadProto(ref ProtoReader reader)
    {
        var (schema, names) = ((JSONSchemaProps?)null, new List<string>());
        while (reader.NextField())
        {
            switch (reader.Number)
            {
                case 1:
                    var message = reader.Message();
                    schema = JSONSchemaProps.ReadProto(ref message);
                    break;
                case 2:
                    names.Add(reader.String());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new JSONSchemaPropsOrStringArray(names.Count == 0 ? schema : null, names);
    }

    public void Write(ApiWriter writer)
    {
        if (Props is null)
        {
            writer.BeginList();
            foreach (var name in Names)
            {
                writer.Element();
                writer.String(name);
            }

            writer.EndList();
        }
        else
        {
            Props.Write(writer);
        }
    }

    public void WriteProto(ProtoWriter writer)
    {
        writer.Strings(2, Names);
        if (Props is not null)
        {
            var end = writer.BeginMessage();
            Props.WriteProto(writer);
            writer.EndMessage(1, end);
        }
    }

    public bool Equals(JSONSchemaPropsOrStringArray? other) => other is not null && Equals(Props, other.Props) && Names.SequenceEqual(other.Names);

    public override bool Equals(object? obj) => Equals(obj as JSONSchemaPropsOrStringArray);

    public override int GetHashCode() => HashCode.Combine(Props, Names.Count);
}
