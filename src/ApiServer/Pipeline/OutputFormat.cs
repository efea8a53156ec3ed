using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Pipeline;

internal enum OutputEncoding
{
    Json,
    Yaml,
}

internal enum Form
{
    Object,
    Table,
    PartialMetadata,
}

/// <summary>In which form the client wants its answer.</summary>
/// <param name="TypeVersion">Version of meta.k8s.io for tables and partial metadata.</param>
internal readonly record struct OutputFormat(OutputEncoding Encoding, Form Form, string TypeVersion)
{
    public static readonly OutputFormat Json = new(OutputEncoding.Json, Form.Object, "v1");

    public static readonly IReadOnlyList<string> MediaTypes = ["application/json", "application/yaml"];

    public string ContentType => Encoding == OutputEncoding.Yaml ? "application/yaml" : "application/json";

    /// <summary>The best of what the client accepts and the server has: highest q first, then the client's order.</summary>
    /// <exception cref="StatusException">406: there is nothing.</exception>
    public static OutputFormat Negotiate(string? accept, bool allowsForms)
    {
        if (string.IsNullOrEmpty(accept) || accept is "application/json" or "*/*" or "application/json, */*")
        {
            return Json;
        }

        OutputFormat? best = null;
        var bestQuality = 0.0;
        foreach (var range in accept.AsSpan().Split(','))
        {
            if (TryRead(accept.AsSpan(range), allowsForms, out var format, out var quality) && quality > bestQuality)
            {
                (best, bestQuality) = (format, quality);
            }
        }

        return best ?? throw StatusErrors.NotAcceptable(MediaTypes).AsException();
    }

    private static bool TryRead(ReadOnlySpan<char> clause, bool allowsForms, out OutputFormat format, out double quality)
    {
        format = default;
        quality = 1;
        var form = "";
        var version = "v1";
        var group = "meta.k8s.io";
        var isFirst = true;
        OutputEncoding? encoding = null;
        foreach (var range in clause.Split(';'))
        {
            var part = clause[range].Trim();
            if (isFirst)
            {
                isFirst = false;
                encoding = part switch
                {
                    "application/json" or "*/*" or "application/*" => OutputEncoding.Json,
                    "application/yaml" => OutputEncoding.Yaml,
                    _ => null,
                };
                if (encoding is null)
                {
                    return false;
                }
            }
            else if (part.StartsWith("as="))
            {
                form = part[3..].ToString();
            }
            else if (part.StartsWith("v="))
            {
                version = part[2..].ToString();
            }
            else if (part.StartsWith("g="))
            {
                group = part[2..].ToString();
            }
            else if (part.StartsWith("q="))
            {
                _ = double.TryParse(part[2..], System.Globalization.CultureInfo.InvariantCulture, out quality);
            }
        }

        var wanted = form switch
        {
            "" => Form.Object,
            "Table" => Form.Table,
            "PartialObjectMetadata" or "PartialObjectMetadataList" => Form.PartialMetadata,
            _ => (Form?)null,
        };
        if (wanted is null || (wanted != Form.Object && (!allowsForms || group != "meta.k8s.io" || version is not ("v1" or "v1beta1"))))
        {
            return false;
        }

        format = new OutputFormat(encoding!.Value, wanted.Value, version);
        return true;
    }
}
