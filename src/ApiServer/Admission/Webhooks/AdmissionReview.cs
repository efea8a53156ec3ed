using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Navarch.Api.Json;
using Navarch.Api.Meta.V1;
using Navarch.ApiServer.Registry;
using UserInfo = Navarch.ApiServer.Registry.UserInfo;

namespace Navarch.ApiServer.Admission.Webhooks;

/// <summary>Writes the question that webhooks are sent (admission.k8s.io AdmissionReview).</summary>
internal static class AdmissionReview
{
    private const string DryRunAll = "All";

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <param name="version">The kind in the version the webhook asks for.</param>
    /// <param name="json">The object in that version; null for a delete.</param>
    /// <param name="oldJson">The object before an update or a delete.</param>
    public static ReadOnlyMemory<byte> Write(string reviewVersion, string uid, Kind version, HookedRequest request, byte[]? json, byte[]? oldJson)
    {
        var buffer = new ArrayBufferWriter<byte>(2048 + (json?.Length ?? 0) + (oldJson?.Length ?? 0));
        using var writer = new Utf8JsonWriter(buffer, Plain);
        writer.WriteStartObject();
        writer.WriteString("kind", "AdmissionReview");
        writer.WriteString("apiVersion", "admission.k8s.io/" + reviewVersion);
        writer.WriteStartObject("request");
        writer.WriteString("uid", uid);
        WriteKind(writer, "kind", request.Form.TypeIn(version));
        WriteResource(writer, "resource", version);
        WriteText(writer, "subResource", request.Subresource);
        WriteKind(writer, "requestKind", request.Form.TypeIn(request.Kind));
        WriteResource(writer, "requestResource", request.Kind);
        WriteText(writer, "requestSubResource", request.Subresource);
        WriteText(writer, "name", request.Name);
        WriteText(writer, "namespace", request.Namespace);
        writer.WriteString("operation", request.Operation);
        WriteUser(writer, request.Options.User);
        WriteRaw(writer, "object", json);
        WriteRaw(writer, "oldObject", oldJson);
        writer.WriteBoolean("dryRun", request.Options.IsDryRun);
        WriteRaw(writer, "options", OptionsOf(request));
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    // The options of the operation that is carried out, whatever the client called its own: a patch becomes an update.
    private static byte[]? OptionsOf(HookedRequest request)
    {
        var options = request.Options;
        IReadOnlyList<string> dryRun = options.IsDryRun ? [DryRunAll] : [];
        return request.Operation switch
        {
            "CREATE" => ApiJson.ToUtf8(new CreateOptions { DryRun = dryRun, FieldManager = options.GivenManager, FieldValidation = options.FieldValidation }),
            "UPDATE" => ApiJson.ToUtf8(new UpdateOptions { DryRun = dryRun, FieldManager = options.GivenManager, FieldValidation = options.FieldValidation }),
            "DELETE" => ApiJson.ToUtf8(request.Delete ?? DeleteOptions.Empty),
            _ => null,
        };
    }

    private static void WriteKind(Utf8JsonWriter writer, string name, (string Group, string Version, string Kind) type)
    {
        writer.WriteStartObject(name);
        writer.WriteString("group", type.Group);
        writer.WriteString("version", type.Version);
        writer.WriteString("kind", type.Kind);
        writer.WriteEndObject();
    }

    private static void WriteResource(Utf8JsonWriter writer, string name, Kind version)
    {
        writer.WriteStartObject(name);
        writer.WriteString("group", version.Type.Group);
        writer.WriteString("version", version.Type.Version);
        writer.WriteString("resource", version.Type.Plural);
        writer.WriteEndObject();
    }

    private static void WriteUser(Utf8JsonWriter writer, UserInfo user)
    {
        writer.WriteStartObject("userInfo");
        WriteText(writer, "username", user.Name);
        WriteText(writer, "uid", user.Uid);
        WriteList(writer, "groups", user.Groups);
        if (user.Extra.Count > 0)
        {
            writer.WriteStartObject("extra");
            foreach (var (name, values) in user.Extra)
            {
                WriteList(writer, name, values);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter writer, string name, IReadOnlyList<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
        {
            writer.WriteStringValue(value);
        }

        writer.WriteEndArray();
    }

    private static void WriteText(Utf8JsonWriter writer, string name, string text)
    {
        if (text.Length > 0)
        {
            writer.WriteString(name, text);
        }
    }

    private static void WriteRaw(Utf8JsonWriter writer, string name, byte[]? json)
    {
        writer.WritePropertyName(name);
        writer.WriteRawValue(json ?? "null"u8, skipInputValidation: true);
    }
}
