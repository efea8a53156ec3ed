using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Navarch.Api.Json;
using Navarch.Api.Meta.V1;
using Navarch.ApiServer.Media;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.WatchCache;

namespace Navarch.ApiServer.Pipeline;

/// <summary>Writes answers of one object. The bytes of JSON answers are those in the cache.</summary>
internal static class Responses
{
    private static readonly byte[] NewLine = "\n"u8.ToArray();

    /// <summary>Answers with an object in the form the client asked for.</summary>
    public static Task WriteObjectAsync(ApiRequest request, int code, Kind kind, StoredObject value, TimeProvider time)
    {
        var format = request.Format();
        switch (format.Form)
        {
            case Form.Table:
                var table = new ApiWriter();
                new TableWriter(kind, format.TypeVersion, request.Options.IncludeObject, time.GetUtcNow()).WriteTable(table, value);
                return WriteAsync(request, code, table.Written, format.Encoding);
            case Form.PartialMetadata:
                var partial = new ApiWriter();
                PartialMetadata.Write(partial, value, format.TypeVersion);
                return WriteAsync(request, code, partial.Written, format.Encoding);
            default:
                return WriteAsync(request, code, value.Json, format.Encoding);
        }
    }

    public static Task WriteAsync(ApiRequest request, int code, Navarch.Api.IApiObject value) =>
        WriteAsync(request, code, ApiJson.ToUtf8(value), request.Format(allowsForms: false).Encoding);

    /// <param name="json">The answer as JSON; converted if the client wants another encoding.</param>
    public static Task WriteAsync(ApiRequest request, int code, ReadOnlyMemory<byte> json, OutputEncoding encoding)
    {
        foreach (var warning in request.Write.Warnings)
        {
            AddWarning(request.Http, warning);
        }

        if (encoding == OutputEncoding.Yaml)
        {
            return WriteBytesAsync(request.Http, code, "application/yaml", Yaml.FromJson(json.Span), endsLine: false);
        }

        return request.IsPretty
            ? WriteBytesAsync(request.Http, code, "application/json", PrettyJson.Indent(json.Span), endsLine: true)
            : WriteBytesAsync(request.Http, code, "application/json", json, endsLine: true);
    }

    public static Task WriteBytesAsync(HttpContext http, int code, string contentType, ReadOnlyMemory<byte> body, bool endsLine)
    {
        var response = http.Response;
        response.StatusCode = code;
        response.ContentType = contentType;
        response.Headers.CacheControl = "no-cache, private";
        response.ContentLength = body.Length + (endsLine ? 1 : 0);
        if (HttpMethods.IsHead(http.Request.Method))
        {
            return Task.CompletedTask;
        }

        var writer = response.BodyWriter;
        writer.Write(body.Span);
        if (endsLine)
        {
            writer.Write(NewLine);
        }

        var flush = writer.FlushAsync(http.RequestAborted);
        return flush.IsCompletedSuccessfully ? Task.CompletedTask : AwaitAsync(flush);
    }

    /// <summary>Answers with a failure. Does nothing once an answer has begun: then only the connection can say so.</summary>
    public static Task WriteStatusAsync(HttpContext http, Status status)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();
            return Task.CompletedTask;
        }

        http.Response.Headers.Remove("Content-Encoding");
        if (status.Details is { RetryAfterSeconds: > 0 } details)
        {
            http.Response.Headers.RetryAfter = Revisions.Text(details.RetryAfterSeconds);
        }

        return WriteBytesAsync(http, status.Code, "application/json", ApiJson.ToUtf8(status), endsLine: true);
    }

    private static void AddWarning(HttpContext http, string text)
    {
        // RFC 7234: a code, an agent, a quoted text.
        var quoted = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        http.Response.Headers.Append("Warning", $"299 - \"{HeaderText.Clean(quoted)}\"");
    }

    private static async Task AwaitAsync(ValueTask<FlushResult> flush) => await flush;
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
