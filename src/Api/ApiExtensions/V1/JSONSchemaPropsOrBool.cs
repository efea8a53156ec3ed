using Navarch.Api.Json;
using Navarch.Api.Protobuf;

namespace Navarch.Api.ApiExtensions.V1;

/// <summary>A schema, or the word whether anything fits.</summary>
public sealed class JSONSchemaPropsOrBool(bool allows, JSONSchemaProps? schema) : IApiType<JSONSchemaPropsOrBool>, IEquatable<JSONSchemaPropsOrBool>
{
    public static Schema Schema { get; } = new() { Kind = SchemaKind.Any, Name = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool" };

    public static JSONSchemaPropsOrBool Empty { get; } = new(false, null);

    /// <summary>True also where there is a schema.</summary>
    public bool Allows { get; } = allows;

    public JSONSchemaProps? Props { get; } = schema;

    public static JSONSchemaPropsOrBool Read(ref ApiReader reader)
    {
        if (reader.IsObject)
        {
            return new JSONSchemaPropsOrBool(true, JSONSchemaProps.Read(ref reader));
        }

        return reader.IsBoolean ? new JSONSchemaPropsOrBool(reader.ReadBoolean(), null)
            : reader.IsNull ? Empty
            : throw new ApiJsonException("boolean or JSON schema expected");
    }

    public static JSONSchemaPropsOrBool ReadProto(ref ProtoReader reader)
    {
        var (allows, schema) = (false, (JSONSchemaProps?)null);
        while (reader.NextField())
        {
            switch (reader.Number)
            {
                case 1:
                    allows = reader.Boolean();
                    break;
                case 2:
                    var message = reader.Message();
                    schema = JSONSchemaProps.ReadProto(ref message);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new JSONSchemaPropsOrBool(allows || schema is not null, schema);
    }

    public void Write(ApiWriter writer)
    {
        if (Props is null)
        {
            writer.Boolean(Allows);
        }
        else
        {
            Props.Write(writer);
        }
    }

    public void WriteProto(ProtoWriter writer)
    {
        if (Props is not null)
        {
            var end = writer.BeginMessage();
            Props.WriteProto(writer);
            writer.EndMessage(2, end);
        }

        writer.Boolean(1, Allows);
    }

    public bool Equals(JSONSchemaPropsOrBool? other) => other is not null && Allows == other.Allows && Equals(Props, other.Props);

    public override bool Equals(object? obj) => Equals(obj as JSONSchemaPropsOrBool);

    public override int GetHashCode() => HashCode.Combine(Allows, Props);
}
