using System.IO.Compression;
using Microsoft.AspNetCore.Http;

namespace Navarch.ApiServer.Pipeline;

/// <summary>Large answers are compressed for clients that can read that, fast rather than well.</summary>
internal static class Gzip
{
    /// <summary>Answers up to this size are not worth the time.</summary>
    public const int BytesMin = 128 * 1024;

    public static bool IsAccepted(HttpContext http)
    {
        var header = http.Request.Headers.AcceptEncoding.ToString();
        foreach (var range in header.AsSpan().Split(','))
        {
            if (header.AsSpan(range).Trim() is "gzip")
            {
                return !HttpMethods.IsHead(http.Request.Method);
            }
        }

        return false;
    }

    /// <summary>Declares the answer compressed. What is written to the stream is sent; disposing it ends the answer.</summary>
    public static Stream Begin(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.ContentEncoding = "gzip";
        headers.Append("Vary", "Accept-Encoding");
        return new GZipStream(http.Response.Body, CompressionLevel.Fastest, leaveOpen: true);
    }
}
