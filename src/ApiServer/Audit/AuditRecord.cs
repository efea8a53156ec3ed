using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Navarch.ApiServer.Authorization;
using Navarch.ApiServer.Handlers;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Audit;

/// <summary>What is known of one request that is to be recorded. It travels with the request as a feature of its context.</summary>
internal sealed class AuditRecord(AuditRule rule, HttpContext http, UserInfo? user, RequestInfo info, Catalog catalog, DateTimeOffset received)
{
    public AuditRule Rule => rule;

    public RequestInfo Info => info;

    /// <summary>What was sent, as JSON; null where that is not recorded, or cannot be.</summary>
    public byte[]? Request { get; private set; }

    /// <summary>What was answered, as JSON.</summary>
    public byte[]? Response { get; private set; }

    /// <summary>What was answered instead, where the request failed.</summary>
    public Api.Meta.V1.Status? Failure { get; set; }

    private bool IsWanted => rule.Level >= AuditLevel.Request || info.Verb == "create";

    // Null where the user acts for nobody else.
    private UserInfo? Impersonated { get; set; }

    private string impersonationConstraint = "";

    // What those who decided about the request have to say, by key, as the log shows it. Several may speak at a time.
    private readonly Lock gate = new();
    private SortedDictionary<string, string>? annotations;

    /// <summary>The record of a request; null where it is not recorded.</summary>
    public static AuditRecord? Of(HttpContext http) => http.Features.Get<AuditRecord>();

    /// <summary>Keeps what was sent, where the policy wants it. What is created has its name in there, which is always wanted.</summary>
    public void Sent(ReadOnlyMemory<byte> body)
    {
        if (IsWanted && BodyDecoder.MediaType(http.Request.ContentType) != OutputFormat.ProtobufType)
        {
            Request = AuditBody.ToJson(http.Request.ContentType, body, catalog, rule.OmitManagedFields);
        }
    }

    /// <summary>The same for what was sent as protobuf: only who expects it knows what it says.</summary>
    public void Translated(ReadOnlySpan<byte> json)
    {
        if (IsWanted)
        {
            Request = json.IsEmpty ? null : AuditBody.Line(json, rule.OmitManagedFields);
        }
    }

    /// <param name="constraint">What allowed it for this request alone; empty for nothing.</param>
    public void ActsAs(UserInfo actor, string constraint) => (Impersonated, impersonationConstraint) = (ReferenceEquals(actor, user) ? null : actor, constraint);

    public void Decided(Decision decision)
    {
        if (decision.Problem.Length > 0)
        {
            Annotate("authorization.k8s.io/reason", "internal error");
            return;
        }

        Annotate("authorization.k8s.io/decision", decision.IsAllowed ? "allow" : "forbid");
        Annotate("authorization.k8s.io/reason", decision.Reason);
    }

    /// <summary>Adds what somebody has to say about the request. What was said first under a key stays.</summary>
    /// <param name="from">The level from which on it is recorded.</param>
    public void Annotate(string key, string value, AuditLevel from = AuditLevel.Metadata)
    {
        if (rule.Level >= from)
        {
            lock (gate)
            {
                (annotations ??= new(StringComparer.Ordinal)).TryAdd(key, value);
            }
        }
    }

    public void Answered(ReadOnlyMemory<byte> body) => Response = AuditBody.ToJson(http.Response.ContentType, body, catalog, rule.OmitManagedFields);

    /// <summary>Writes the event of a stage: one line of JSON.</summary>
    public byte[] ToLine(AuditStages stage, DateTimeOffset now)
    {
        var line = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(line, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("kind", "Event");
            json.WriteString("apiVersion", "audit.k8s.io/v1");
            json.WriteString("level", rule.Level.ToString());
            json.WriteString("auditID", http.Response.Headers["Audit-Id"].ToString());
            json.WriteString("stage", stage.ToString());
            json.WriteString("requestURI", MaskedUri.Of(http.Request));
            json.WriteString("verb", info.Verb);
            json.WriteStartObject("user");
            WriteUser(json, user);
            json.WriteEndObject();
            if (Impersonated is { } impersonated)
            {
                json.WriteStartObject("impersonatedUser");
                WriteUser(json, impersonated);
                json.WriteEndObject();
            }

            if (impersonationConstraint.Length > 0)
            {
                json.WriteStartObject("authenticationMetadata");
                json.WriteString("impersonationConstraint", impersonationConstraint);
                json.WriteEndObject();
            }

            json.WriteStartArray("sourceIPs");
            json.WriteStringValue((http.Connection.RemoteIpAddress is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4() : http.Connection.RemoteIpAddress)?.ToString() ?? "");
            json.WriteEndArray();
            if (http.Request.Headers.UserAgent is { Count: > 0 } agent)
            {
                json.WriteString("userAgent", agent.ToString());
            }

            WriteReference(json);
            if (stage != AuditStages.RequestReceived)
            {
                WriteResponseStatus(json);
            }

            if (Request is { Length: > 0 } request && rule.Level >= AuditLevel.Request)
            {
                json.WritePropertyName("requestObject");
                json.WriteRawValue(request, skipInputValidation: true);
            }

            if (Response is { Length: > 0 } response && stage == AuditStages.ResponseComplete)
            {
                json.WritePropertyName("responseObject");
                json.WriteRawValue(response, skipInputValidation: true);
            }

            json.WriteString("requestReceivedTimestamp", Micro(received));
            json.WriteString("stageTimestamp", Micro(now));
            WriteAnnotations(json);

            json.WriteEndObject();
        }

        line.Write("\n"u8);
        return line.WrittenSpan.ToArray();
    }

    private void WriteAnnotations(Utf8JsonWriter json)
    {
        lock (gate)
        {
            if (annotations is null)
            {
                return;
            }

            json.WriteStartObject("annotations");
            foreach (var (key, value) in annotations)
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
        }
    }

    private static string Micro(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture);

    private static void WriteUser(Utf8JsonWriter json, UserInfo? user)
    {
        if (user is null)
        {
            return;
        }

        json.WriteString("username", user.Name);
        if (user.Uid.Length > 0)
        {
            json.WriteString("uid", user.Uid);
        }

        json.WriteStartArray("groups");
        foreach (var group in user.Groups)
        {
            json.WriteStringValue(group);
        }

        json.WriteEndArray();
        if (user.Extra.Count > 0)
        {
            json.WriteStartObject("extra");
            foreach (var (name, values) in user.Extra)
            {
                json.WriteStartArray(name);
                foreach (var value in values)
                {
                    json.WriteStringValue(value);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }
    }

    private void WriteReference(Utf8JsonWriter json)
    {
        if (!info.IsResource)
        {
            return;
        }

        json.WriteStartObject("objectRef");
        Write("resource", info.Resource);
        Write("namespace", info.Namespace);
        Write("name", info.Name.Length > 0 ? info.Name : SentName());
        Write("apiGroup", info.Group);
        Write("apiVersion", info.Version);
        Write("subresource", info.Subresource);
        json.WriteEndObject();

        void Write(string name, string value)
        {
            if (value.Length > 0)
            {
                json.WriteString(name, value);
            }
        }
    }

    /// <summary>What is created has its name in the body.</summary>
    private string SentName()
    {
        if (info.Verb != "create" || Request is null)
        {
            return "";
        }

        using var body = JsonDocument.Parse(Request, new JsonDocumentOptions { MaxDepth = AuditBody.DepthMax });
        return body.RootElement.ValueKind == JsonValueKind.Object && body.RootElement.TryGetProperty("metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object
            && metadata.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString()! : "";
    }

    private void WriteResponseStatus(Utf8JsonWriter json)
    {
        json.WriteStartObject("responseStatus");
        json.WriteStartObject("metadata");
        json.WriteEndObject();
        if (Failure is { } failure)
        {
            json.WriteString("status", failure.StatusValue);
            json.WriteString("message", failure.Message);
            json.WriteString("reason", failure.Reason);
        }

        json.WriteNumber("code", http.Response.StatusCode);
        json.WriteEndObject();
    }
}
