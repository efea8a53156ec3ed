using System.Buffers;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;

namespace Navarch.ApiServer.Streaming;

/// <summary>A page that a proxied server answers with: its links must lead through the proxy as well.</summary>
internal static class HtmlPage
{
    private const int PieceBytes = 16 * 1024;

    /// <summary>Whether an answer is a page whose links can be read. A part of one, or one in a coding that is not known here, cannot.</summary>
    public static bool Is(HttpResponseMessage answer) =>
        answer.StatusCode is not (HttpStatusCode.PartialContent or HttpStatusCode.NoContent or HttpStatusCode.NotModified)
        && Header(answer.Content.Headers, "Content-Type") is var type
        && type.Split(';')[0].Trim().Equals("text/html", StringComparison.OrdinalIgnoreCase) && !type.Contains("utf-16", StringComparison.OrdinalIgnoreCase)
        && CodingOf(answer) is "" or "gzip" or "deflate";

    /// <summary>Passes a page on with its links rewritten, in the coding it comes in, as it comes.</summary>
    /// <exception cref="InvalidDataException">It is not in the coding that it says.</exception>
    public static async Task CopyAsync(HttpResponseMessage answer, Stream from, Stream to, Func<string, string> locate, CancellationToken ct)
    {
        switch (CodingOf(answer))
        {
            case "gzip":
            {
                await using var packed = new GZipStream(to, CompressionLevel.Fastest, leaveOpen: true);
                await CopyAsync(new GZipStream(from, CompressionMode.Decompress), packed, locate, ct);
                break;
            }

            case "deflate":
            {
                await using var packed = new ZLibStream(to, CompressionLevel.Fastest, leaveOpen: true);
                await CopyAsync(new ZLibStream(from, CompressionMode.Decompress), packed, locate, ct);
                break;
            }

            default:
                await CopyAsync(from, to, locate, ct);
                break;
        }
    }

    private static async Task CopyAsync(Stream from, Stream to, Func<string, string> locate, CancellationToken ct)
    {
        var (links, output, piece) = (new HtmlLinks(locate), new ArrayBufferWriter<byte>(PieceBytes), new byte[PieceBytes]);
        int count;
        do
        {
            count = await from.ReadAsync(piece, ct);
            if (count > 0)
            {
                links.Feed(piece.AsSpan(0, count), output);
            }
            else
            {
                links.End(output);
            }

            await to.WriteAsync(output.WrittenMemory, ct);
            await to.FlushAsync(ct);
            output.ResetWrittenCount();
        }
        while (count > 0);
    }

    private static string CodingOf(HttpResponseMessage answer) => Header(answer.Content.Headers, "Content-Encoding").Trim().ToLowerInvariant();

    private static string Header(HttpContentHeaders headers, string name) => headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : "";
}
