using System.Buffers.Text;
using System.Text.Json;
using Navarch.Api.Json;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Handlers;

/// <summary>Where a paged list goes on: after which key, at which revision.</summary>
/// <param name="Revision">-1: at whatever is newest, the snapshot being gone.</param>
internal readonly record struct ContinueToken(long Revision, string After)
{
    private const int LengthMax = 4096;
    private const string Format = "meta.k8s.io/v1";

    /// <exception cref="StatusException">400: not a token.</exception>
    public static ContinueToken Parse(string text)
    {
        if (text.Length > LengthMax || !Base64Url.IsValid(text))
        {
            throw Invalid(": illegal base64 data");
        }

        var (format, revision, start) = ("", 0L, "");
        try
        {
            using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(text));
            format = document.RootElement.GetProperty("v").GetString() ?? "";
            revision = document.RootElement.GetProperty("rv").GetInt64();
            start = document.RootElement.GetProperty("start").GetString() ?? "";
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw Invalid(": invalid JSON");
        }

        return format != Format ? throw Invalid($": server does not recognize this encoded version {format}")
            : revision is 0 or < -1 ? throw Invalid($": incorrect encoded start resourceVersion (version {Format})")
            : start.Length == 0 ? throw Invalid($": encoded start key empty (version {Format})")
            : IsPath(start) ? new ContinueToken(revision, start.TrimEnd('\0'))
            : throw Invalid($": {start}");
    }

    // The next key begins behind the last one: in the order of keys, that is the same with a zero behind it.
    public override string ToString()
    {
        var writer = new ApiWriter(128);
        writer.Raw("{\"v\":\"meta.k8s.io/v1\",\"rv\":"u8);
        writer.Raw(System.Text.Encoding.ASCII.GetBytes(WatchCache.Revisions.Text(Revision)));
        writer.Raw(",\"start\":"u8);
        writer.String(After + '\0');
        writer.Raw("}"u8);
        return Base64Url.EncodeToString(writer.Written.Span);
    }

    // A key is looked up among the keys of one kind only, so that a path upwards leads nowhere; it is refused all the same.
    private static bool IsPath(string start) => !start.Split('/').Any(static part => part is "." or "..") && !start.Contains("//", StringComparison.Ordinal);

    private static StatusException Invalid(string why) => StatusErrors.BadRequest($"invalid continue token: continue key is not valid{why}").AsException();
}
