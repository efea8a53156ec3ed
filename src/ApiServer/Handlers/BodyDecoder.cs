using System.Text.Json;
using Navarch.Api;
using Navarch.Api.Json;
using Navarch.Api.Protobuf;
using Navarch.ApiServer.Audit;
using Navarch.ApiServer.Media;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Handlers;

/// <summary>Turns the body of a request into an object.</summary>
internal static class BodyDecoder
{
    /// <summary>Reads the body as JSON, whatever it was written as.</summary>
    /// <param name="jsonOf">Translates the message of a protobuf body; null where such bodies are not taken.</param>
    /// <param name="mustBe">What errors call the kind of the body.</param>
    /// <exception cref="StatusException">400, 413, 415.</exception>
    public static async ValueTask<DecodableBody> ReadAsync(ApiRequest request, Func<ApiProto.Envelope, byte[]>? jsonOf = null, string mustBe = "")
    {
        var type = MediaType(request.Http.Request.ContentType);
        var body = await RequestBody.ReadAsync(request.Http);
        switch (type)
        {
            case "" or "application/json":
                return new DecodableBody(body, body.Memory);
            case "application/yaml":
                using (body)
                {
                    return new DecodableBody(default, Yaml.ToJson(body.Span));
                }

            case OutputFormat.ProtobufType when jsonOf is not null:
                using (body)
                {
                    var json = FromProtobuf(body.Memory, jsonOf, mustBe);
                    AuditRecord.Of(request.Http)?.Translated(json);
                    return new DecodableBody(default, json);
                }

            default:
                body.Dispose();
                throw StatusErrors.UnsupportedMediaType(OutputFormat.MediaTypes).AsException();
        }
    }

    /// <summary>Reads the body of a request about a kind, which must be of that kind, as JSON.</summary>
    /// <exception cref="StatusException">400, 413, 415.</exception>
    public static ValueTask<DecodableBody> ReadAsync(ApiRequest request, Kind kind) => ReadAsync(
        request,
        envelope =>
        {
            RequireType(kind, envelope.ApiVersion, envelope.Kind);
            try
            {
                return kind.JsonOf(envelope.Message.Span);
            }
            catch (ApiProtoException e)
            {
                throw CannotBeHandled(kind, kind.Type.Kind, kind.Type.ApiVersion, e.Message);
            }
        },
        kind.Type.Kind);

    /// <summary>The JSON of a body in protobuf that must be of one type.</summary>
    /// <exception cref="ApiProtoException">The bytes are not such a message.</exception>
    /// <exception cref="StatusException">400: the body is something else.</exception>
    public static byte[] JsonOf<T>(ApiProto.Envelope envelope) where T : IApiType<T>, IApiObject
    {
        var kind = typeof(T).Name; // A type that is sent on its own is named as its kind is.
        return envelope.Kind.Length == 0 || envelope.Kind == kind
            ? ApiJson.ToUtf8(ApiProto.Parse<T>(envelope.Message.Span))
            : throw StatusErrors.BadRequest($"{envelope.Kind} in version \"{VersionOf(envelope.ApiVersion)}\" cannot be handled as a {kind}: converting ({VersionOf(envelope.ApiVersion)}.{envelope.Kind}) to (v1.{kind}): unknown conversion").AsException();
    }

    /// <summary>A media type without its parameters, in small letters.</summary>
    public static string MediaType(string? header)
    {
        if (string.IsNullOrEmpty(header))
        {
            return "";
        }

        var end = header.IndexOf(';', StringComparison.Ordinal);
        return (end < 0 ? header : header[..end]).Trim().ToLowerInvariant();
    }

    /// <summary>The object, with declared defaults. Unknown fields become warnings or errors, as the client asked.</summary>
    /// <exception cref="StatusException">400.</exception>
    public static IResource Decode(ApiRequest request, Kind kind, ReadOnlySpan<byte> json)
    {
        var (apiVersion, bodyKind) = TypeOf(json);
        RequireType(kind, apiVersion, bodyKind);

        try
        {
            var value = kind.ParseRequest(json, out var problems);
            Report(request, kind, problems);
            return value;
        }
        catch (ApiJsonException e)
        {
            throw IsObject(json) ? CannotBeHandled(kind, kind.Type.Kind, kind.Type.ApiVersion, e.Message) : Unrecognized(kind.Type.Kind, json, "couldn't get version/kind; json parse error: " + (json.Length == 0 ? "unexpected end of JSON input" : e.Message));
        }
    }

    /// <summary>Decodes a body that is not a stored kind, such as a Binding or DeleteOptions.</summary>
    /// <exception cref="StatusException">400.</exception>
    public static T Decode<T>(ReadOnlySpan<byte> json, string kind, string version) where T : IApiType<T>
    {
        // Options of a delete come under many versions, but never as something else: a mistake must not delete.
        if (TypeOf(json).Kind is { Length: > 0 } other && other != kind)
        {
            throw StatusErrors.BadRequest($"{other} in version \"{version}\" cannot be handled as a {kind}: converting ({version}.{other}) to ({version}.{kind}): unknown conversion").AsException();
        }

        try
        {
            var reader = new ApiReader(json, applyDefaults: true);
            reader.Start();
            var value = T.Read(ref reader);
            reader.End();
            return value;
        }
        catch (ApiJsonException e)
        {
            throw StatusErrors.BadRequest($"{kind} in version \"{version}\" cannot be handled as a {kind}: {e.Message}").AsException(e);
        }
    }

    /// <exception cref="StatusException">400: the client wants unknown fields refused.</exception>
    public static void Report(ApiRequest request, Kind kind, IReadOnlyList<string> problems)
    {
        if (problems.Count == 0 || request.Options.FieldValidation == "Ignore")
        {
            return;
        }

        if (request.Options.FieldValidation == "Strict")
        {
            throw CannotBeHandled(kind, kind.Type.Kind, kind.Type.ApiVersion, "strict decoding error: " + string.Join(", ", problems));
        }

        request.Warnings.AddRange(problems);
    }

    private static byte[] FromProtobuf(ReadOnlyMemory<byte> body, Func<ApiProto.Envelope, byte[]> jsonOf, string mustBe)
    {
        if (body.IsEmpty)
        {
            return [];
        }

        try
        {
            return jsonOf(ApiProto.Open(body));
        }
        catch (ApiProtoException e)
        {
            throw mustBe.Length > 0 ? Unrecognized(mustBe, body.Span, e.Message) : StatusErrors.BadRequest(e.Message).AsException(e);
        }
    }

    /// <summary>A body says what it is, or nothing; then it is what the path says.</summary>
    private static void RequireType(Kind kind, string apiVersion, string bodyKind)
    {
        apiVersion = apiVersion.Length == 0 ? kind.Type.ApiVersion : apiVersion;
        bodyKind = bodyKind.Length == 0 ? kind.Type.Kind : bodyKind;
        if (bodyKind != kind.Type.Kind)
        {
            var to = kind.Type.Group.Split('.')[0];
            throw CannotBeHandled(kind, bodyKind, apiVersion, $"converting ({VersionOf(apiVersion)}.{bodyKind}) to ({(to.Length == 0 ? "core" : to)}.{kind.Type.Kind}): unknown conversion");
        }

        if (apiVersion != kind.Type.ApiVersion)
        {
            throw StatusErrors.BadRequest($"the API version in the data ({apiVersion}) does not match the expected API version ({kind.Type.ApiVersion})").AsException();
        }
    }

    private static string VersionOf(string apiVersion) => apiVersion[(apiVersion.IndexOf('/', StringComparison.Ordinal) + 1)..];

    private static StatusException CannotBeHandled(Kind kind, string bodyKind, string apiVersion, string why)
    {
        return StatusErrors.BadRequest($"{bodyKind} in version \"{VersionOf(apiVersion)}\" cannot be handled as a {kind.Type.Kind}: {why}").AsException();
    }

    private static bool IsObject(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 10_000 });
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject && reader.TrySkip() && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static StatusException Unrecognized(string mustBe, ReadOnlySpan<byte> body, string why)
    {
        const int BytesMax = 30;
        var end = body.Length > BytesMax ? " ..." : "";
        var head = body[..Math.Min(body.Length, BytesMax)];
        var summary = body.Length == 0 ? "<empty>" : body[0] == '{' ? System.Text.Encoding.UTF8.GetString(head) + end : Convert.ToHexStringLower(head) + end;
        return StatusErrors.BadRequest($"the object provided is unrecognized (must be of type {mustBe}): {why} ({summary})").AsException();
    }

    /// <summary>What the body says it is; empty where it does not say.</summary>
    private static (string ApiVersion, string Kind) TypeOf(ReadOnlySpan<byte> json)
    {
        var (apiVersion, name) = ("", "");
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 10_000 });
            if (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var isVersion = reader.ValueTextEquals("apiVersion"u8);
                    var isKind = !isVersion && reader.ValueTextEquals("kind"u8);
                    reader.Read();
                    if ((isVersion || isKind) && reader.TokenType == JsonTokenType.String)
                    {
                        (apiVersion, name) = isVersion ? (reader.GetString()!, name) : (apiVersion, reader.GetString()!);
                        if (apiVersion.Length > 0 && name.Length > 0)
                        {
                            break;
                        }
                    }
                    else
                    {
                        reader.Skip();
                    }
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The real decoder says what is wrong, and where.
        }

        return (apiVersion, name);
    }
}

/// <summary>A body as JSON; gives back what it borrowed when disposed.</summary>
internal readonly struct DecodableBody(RequestBody owner, ReadOnlyMemory<byte> json) : IDisposable
{
    public ReadOnlySpan<byte> Json => json.Span;

    public bool IsEmpty => json.Length == 0;

    public ReadOnlyMemory<byte> Memory => json;

    public void Dispose() => owner.Dispose();
}
