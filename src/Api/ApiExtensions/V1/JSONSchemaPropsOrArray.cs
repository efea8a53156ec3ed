using Navarch.Api.Json;
using Navarch.Api.Protobuf;

namespace Navarch.Api.ApiExtensions.V1;

/// <summary>One schema for all elements of a list, or one for each.</summary>
public sealed class JSONSchemaPropsOrArray(JSONSchemaProps? schema, IReadOnlyList<JSONSchemaProps> each) : IApiType<JSONSchemaPropsOrArray>, IEquatable<JSONSchemaPropsOrArray>
{
    public static Schema Schema { get; } = new() { Kind = SchemaKind.Any, Name = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray" };

    public static JSONSchemaPropsOrArray Empty { get; } = new(null, []);

    public JSONSchemaProps? Props { get; } = schema;

    public IReadOnlyList<JSONSchemaProps> Each { get; } = each;

    public static JSONSchemaPropsOrArray Read(ref ApiReader reader)
    {
        if (reader.IsObject)
        {
            return new JSONSchemaPropsOrArray(JSONSchemaProps.Read(ref reader), []);
        }

        if (reader.IsList)
        {
            return new JSONSchemaPropsOrArray(null, reader.ReadList<JSONSchemaProps>("JSONSchemaProps"));
        }

        reader.SkipValue(); // Neither form: taken for nothing, as it always was.
        return Empty;
    }

    public static JSONSchemaPropsOrArray ReadProto(ref ProtoReader reader)
    {
        var (schema, each) = ((JSONSchemaProps?)null, new List<JSONSchemaProps>());
        while (reader.NextField())
        {
            if (reader.Number is not (1 or 2))
            {
                reader.Skip();
                continue;
            }

            var isEach = reader.Number == 2;
            var message = reader.Message();
            var props = JSONSchemaProps.ReadProto(ref message);
            if (isEach)
            {
                each.Add(props);
            }
            else
            {
                schema = props;
            }
        }

        return new JSONSchemaPropsOrArray(each.Count == 0 ? schema : null, each);
    }

    public void Write(ApiWriter writer)
    {
        if (Props is null)
        {
            writer.BeginList();
            foreach (var props in Each)
            {
                writer.Element();
                props.Write(writer);
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
        for (var i = Each.Count - 1; i >= 0; i--)
        {
            var item = writer.BeginMessage();
            Each[i].WriteProto(writer);
            writer.EndMessage(2, item);
        }

        if (Props is not null)
        {
            var end = writer.BeginMessage();
            Props.WriteProto(writer);
            writer.EndMessage(1, end);
        }
    }

    public bool Equals(JSONSchemaPropsOrArray? other) => other is not null && Equals(Props, other.Props) && Each.SequenceEqual(other.Each);

    public override bool Equals(object? obj) => Equals(obj as JSONSchemaPropsOrArray);

    public override int GetHashCode() => HashCode.Combine(Props, Each.Count);
}
