using System.Buffers;
using Microsoft.AspNetCore.Http;
using Navarch.Api.Json;
using Navarch.Api.Meta.V1;
using Navarch.Api.Protobuf;
using Navarch.ApiServer.Audit;
using Navarch.ApiServer.Media;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.WatchCache;

namespace Navarch.ApiServer.Pipeline;

/// <summary>Writes answers of one object. The bytes of JSON and protobuf answers are those in the cache.</summary>
internal static class Responses
{
    private static readonly byte[] NewLine = "\n"u8.ToArray();

    /// <summary>Answers with an object in the form the client asked for.</summary>
    public static Task WriteObjectAsync(ApiRequest request, int code, Kind kind, StoredObject value, TimeProvider time)
    {
        var format = request.Format(Offer.Forms);
        switch (format.Form)
        {
            case Form.Table:
                var table = new ApiWriter();
                new TableWriter(kind, format.TypeVersion, request.Options.IncludeObject, time.GetUtcNow()).WriteTable(table, value);
                return WriteAsync(request, code, table.Written, format);
            case Form.PartialMetadata when format.Encoding == OutputEncoding.Protobuf:
                return WriteProtobufAsync(request, code, PartialProtobuf.Write(kind.Show(value), format.TypeVersion));
            case Form.PartialMetadata:
                var partial = new ApiWriter();
                PartialMetadata.Write(partial, kind.Show(value), format.TypeVersion);
                return WriteAsync(request, code, partial.Written, format);
            default:
                return WriteAsync(request, code, kind.Show(value), format);
        }
    }

    public static Task WriteAsync(ApiRequest request, int code, StoredObject value, OutputFormat format) =>
        format.Encoding == OutputEncoding.Protobuf ? WriteProtobufAsync(request, code, value.Protobuf) : WriteAsync(request, code, value.Json, format);

    public static Task WriteAsync(ApiRequest request, int code, Api.IApiObject value)
    {
        var format = request.Format(Offer.Plain);
        return format.Encoding == OutputEncoding.Protobuf
            ? WriteProtobufAsync(request, code, ApiProto.ToBytes(value))
            : WriteAsync(request, code, ApiJson.ToUtf8(value), format);
    }

    public static Task WriteProtobufAsync(ApiRequest request, int code, ReadOnlyMemory<byte> envelope)
    {
        AddWarnings(request);
        return WriteBytesAsync(request.Http, code, OutputFormat.ProtobufType, envelope, endsLine: false);
    }

    /// <param name="json">The answer as JSON; converted if the client wants YAML.</param>
    public static Task WriteAsync(ApiRequest request, int code, ReadOnlyMemory<byte> json, OutputFormat format)
    {
        AddWarnings(request);
        if (format.Encoding == OutputEncoding.Yaml)
        {
            return WriteBytesAsync(request.Http, code, "application/yaml", Yaml.FromJson(json.Span), endsLine: false);
        }

        return request.IsPretty || format.Pretty
            ? WriteBytesAsync(request.Http, code, "application/json", PrettyJson.Indent(json.Span), endsLine: false)
            : WriteBytesAsync(request.Http, code, "application/json", json, endsLine: true);
    }

    public static async Task WriteBytesAsync(HttpContext http, int code, string contentType, ReadOnlyMemory<byte> body, bool endsLine)
    {
        var response = http.Response;
        response.StatusCode = code;
        response.ContentType = contentType;
        if (response.Headers.CacheControl.Count == 0)
        {
            response.Headers.CacheControl = "no-cache, private";
        }

        if (body.Length > Gzip.BytesMin && Gzip.IsAccepted(http))
        {
            await using var gzip = Gzip.Begin(http);
            await gzip.WriteAsync(body, http.RequestAborted);
            await gzip.WriteAsync(endsLine ? NewLine : default, http.RequestAborted);
            return;
        }

        response.ContentLength = body.Length + (endsLine ? 1 : 0);
        if (HttpMethods.IsHead(http.Request.Method))
        {
            return;
        }

        var writer = response.BodyWriter;
        writer.Write(body.Span);
        if (endsLine)
        {
            writer.Write(NewLine);
        }

        await writer.FlushAsync(http.RequestAborted);
    }

    /// <summary>Answers with a failure. Does nothing once an answer has begun: then only the connection can say so.</summary>
    public static Task WriteStatusAsync(HttpContext http, Status status)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();
            return Task.CompletedTask;
        }

        if (AuditRecord.Of(http) is { } record)
        {
            record.Failure = status;
        }

        http.Response.Headers.Remove("Content-Encoding");
        if (status.Details is { RetryAfterSeconds: > 0 } details)
        {
            http.Response.Headers.RetryAfter = Revisions.Text(details.RetryAfterSeconds);
        }

        var format = OutputFormat.OfError(http.Request.Headers.Accept);
        return format.Encoding switch
        {
            OutputEncoding.Protobuf => WriteBytesAsync(http, status.Code, format.ContentType, ApiProto.ToBytes(status), endsLine: false),
            OutputEncoding.Yaml => WriteBytesAsync(http, status.Code, format.ContentType, Yaml.FromJson(ApiJson.ToUtf8(status)), endsLine: false),
            _ => WriteBytesAsync(
                http,
                status.Code,
                "application/json",
                format.Pretty || ApiRequest.IsReadByPeople(http) ? PrettyJson.Indent(ApiJson.ToUtf8(status)) : ApiJson.ToUtf8(status),
                endsLine: true),
        };
    }

    /// <summary>What answers a path that belongs to nobody.</summary>
    public static Task WritePageNotFoundAsync(HttpContext http)
    {
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return WriteBytesAsync(http, 404, "text/plain; charset=utf-8", "404 page not found\n"u8.ToArray(), endsLine: false);
    }

    /// <summary>Hands the caller its hints with an answer that has not begun.</summary>
    public static void AddWarnings(ApiRequest request)
    {
        // Clients and proxies refuse answers whose headers are long, however much there is to say.
        const int TotalMax = 4096;
        const int LongMax = 256;
        var warnings = request.Warnings;
        var isLong = warnings.Sum(static warning => warning.Length) > TotalMax;
        var total = 0;
        foreach (var warning in warnings.Count > 1 ? warnings.Distinct(StringComparer.Ordinal) : warnings)
        {
            var text = isLong && warning.Length > LongMax ? warning[..LongMax] : warning;
            total += text.Length;
            if (total > TotalMax)
            {
                return;
            }

            AddWarning(request.Http, text);
        }
    }

    /// <summary>Adds a hint for the caller to an answer that has not begun.</summary>
    public static void AddWarning(HttpContext http, string text)
    {
        // RFC 7234: a code, an agent, a quoted text.
        var quoted = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        http.Response.Headers.Append("Warning", $"299 - \"{HeaderText.Clean(quoted)}\"");
    }
}

/// <summary>Text that may stand in a header.</summary>
internal static class HeaderText
{
    private const int LengthMax = 2048;

    public static string Clean(string text)
    {
        var clean = text.Length > LengthMax ? text[..LengthMax] : text;
        return string.Create(clean.Length, clean, static (span, from) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = from[i] is >= ' ' and < '\x7f' ? from[i] : '?';
            }
        });
    }
}
