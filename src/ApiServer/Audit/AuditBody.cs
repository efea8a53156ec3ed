using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Navarch.Api.Json;
using Navarch.Api.Protobuf;
using Navarch.ApiServer.Handlers;
using Navarch.ApiServer.Media;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Audit;

/// <summary>Bodies as events hold them: JSON, whatever was sent.</summary>
/// <remarks>
/// Whatever the server understands is recorded: who could write a body so that it is carried out and not recorded would leave no
/// trace. So bodies are read as leniently here as by those who carry them out.
/// </remarks>
internal static class AuditBody
{
    /// <summary>As deep as bodies are read at all.</summary>
    public const int DepthMax = 10_000;

    private static readonly JsonWriterOptions Options = new() { MaxDepth = DepthMax + 1, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

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
                "application/yaml" => Yaml.ToJson(body.Span),
                ApplyBody.MediaType => ApplyBody.JsonOf(body.Span),
                OutputFormat.ProtobufType => FromProtobuf(body, catalog),
                "" or "application/json" => body,
                _ => type.EndsWith("+json", StringComparison.Ordinal) ? body : default,
            };
            return json.IsEmpty ? null : Line(json.Span, omitsManaged);
        }
        catch (Exception e) when (e is JsonException or StatusException or ApiProtoException or ArgumentException or InvalidOperationException)
        {
            return null; // The answer says what is wrong with it.
        }
    }

    /// <summary>The JSON on one line, valid whatever its strings hold. Null for null.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static byte[]? Line(ReadOnlySpan<byte> json, bool omitsManaged)
    {
        var line = new ArrayBufferWriter<byte>(json.Length);
        using (var writer = new Utf8JsonWriter(line, Options))
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = DepthMax });
            var names = new string[5];
            while (reader.Read())
            {
                Copy(ref reader, writer, names, omitsManaged);
            }
        }

        return line.WrittenSpan.SequenceEqual("null"u8) ? null : line.WrittenSpan.ToArray();
    }

    /// <param name="names">The member that the reader is in, by depth.</param>
    private static void Copy(ref Utf8JsonReader reader, Utf8JsonWriter writer, string[] names, bool omitsManaged)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                writer.WriteStartObject();
                break;
            case JsonTokenType.EndObject:
                writer.WriteEndObject();
                break;
            case JsonTokenType.StartArray:
                writer.WriteStartArray();
                break;
            case JsonTokenType.EndArray:
                writer.WriteEndArray();
                break;
            case JsonTokenType.PropertyName:
                var name = LenientText.Read(in reader);
                if (reader.CurrentDepth < names.Length)
                {
                    names[reader.CurrentDepth] = name;
                }

                if (omitsManaged && name == "managedFields" && IsInMetadata(names, reader.CurrentDepth))
                {
                    reader.Skip();
                }
                else
                {
                    writer.WritePropertyName(name);
                }

                break;
            case JsonTokenType.String:
                writer.WriteStringValue(LenientText.Read(in reader));
                break;
            default:
                writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true);
                break;
        }
    }

    // Of an object, or of the items of a list.
    private static bool IsInMetadata(string[] names, int depth) =>
        (depth == 2 && names[1] == "metadata") || (depth == 4 && names[1] == "items" && names[3] == "metadata");

    private static ReadOnlyMemory<byte> FromProtobuf(ReadOnlyMemory<byte> body, Catalog catalog)
    {
        var envelope = ApiProto.Open(body);
        var kind = catalog.Kinds.FirstOrDefault(kind => kind.Type.Kind == envelope.Kind && kind.Type.ApiVersion == envelope.ApiVersion);
        return kind is null ? default(ReadOnlyMemory<byte>) : kind.JsonOf(envelope.Message.Span);
    }
}
