using System.Text.Json;
using System.Text.Json.Nodes;
using Navarch.Api.Protobuf;
using Navarch.ApiServer.Handlers;
using Navarch.ApiServer.Media;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Audit;

/// <summary>Bodies as events hold them: JSON, whatever was sent.</summary>
internal static class AuditBody
{
    /// <summary>Deeper bodies are not recorded.</summary>
    public const int DepthMax = 512;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = DepthMax };

    /// <summary>Null where the body is empty, of a type that is not JSON in other words, or broken.</summary>
    public static byte[]? ToJson(string? contentType, ReadOnlyMemory<byte> body, Catalog catalog, bool omitsManaged)
    {
        if (body.IsEmpty)
        {
            return null;
        }

        try
        {
            var type = BodyDecoder.MediaType(contentType);
            var json = type switch
            {
                "application/yaml" or "application/apply-patch+yaml" => Yaml.ToJson(body.Span),
                OutputFormat.ProtobufType => FromProtobuf(body, catalog),
                "" or "application/json" => body,
                _ => type.EndsWith("+json", StringComparison.Ordinal) ? body : default,
            };
            if (json.IsEmpty)
            {
                return null;
            }

            // Parsed and written again, because a line must be one line, and valid.
            var node = JsonNode.Parse(json.Span, documentOptions: Options);
            if (omitsManaged)
            {
                RemoveManaged(node);
            }

            return node is null ? null : JsonSerializer.SerializeToUtf8Bytes(node, new JsonSerializerOptions { MaxDepth = DepthMax });
        }
        catch (Exception e) when (e is JsonException or StatusException or ApiProtoException or ArgumentException or InvalidOperationException)
        {
            return null; // The answer says what is wrong with it.
        }
    }

    private static ReadOnlyMemory<byte> FromProtobuf(ReadOnlyMemory<byte> body, Catalog catalog)
    {
        var envelope = ApiProto.Open(body);
        var kind = catalog.Kinds.FirstOrDefault(kind => kind.Type.Kind == envelope.Kind && kind.Type.ApiVersion == envelope.ApiVersion);
        return kind is null ? default(ReadOnlyMemory<byte>) : kind.JsonOf(envelope.Message.Span);
    }

    private static void RemoveManaged(JsonNode? node)
    {
        if (node is JsonObject value)
        {
            (value["metadata"] as JsonObject)?.Remove("managedFields");
            foreach (var item in value["items"] as JsonArray ?? [])
            {
                ((item as JsonObject)?["metadata"] as JsonObject)?.Remove("managedFields");
            }
        }
    }
}
