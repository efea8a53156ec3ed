using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Pipeline;

internal enum OutputEncoding
{
    Json,
    Yaml,
    Protobuf,
}

internal enum Form
{
    Object,
    Table,
    PartialMetadata,
}

/// <summary>What an endpoint can answer with beside plain objects in any encoding.</summary>
internal enum Offer
{
    /// <summary>Objects as they are.</summary>
    Plain,

    /// <summary>Tables and partial metadata too.</summary>
    Forms,

    /// <summary>As <see cref="Forms"/>, but piece by piece, for which YAML has no framing.</summary>
    Stream,
}

/// <summary>In which form the client wants its answer.</summary>
/// <param name="TypeVersion">Version of meta.k8s.io for tables and partial metadata.</param>
/// <param name="Pretty">The client says so in the media type: <c>pretty=1</c>.</param>
internal readonly record struct OutputFormat(OutputEncoding Encoding, Form Form, string TypeVersion, bool Pretty = false)
{
    public const string ProtobufType = "application/vnd.kubernetes.protobuf";

    public static readonly OutputFormat Json = new(OutputEncoding.Json, Form.Object, "v1");
    private static readonly OutputFormat Protobuf = new(OutputEncoding.Protobuf, Form.Object, "v1");

    public static readonly IReadOnlyList<string> MediaTypes = ["application/json", "application/yaml", ProtobufType];
    private static readonly IReadOnlyList<string> StreamTypes = ["application/json;stream=watch", ProtobufType + ";stream=watch"];

    public string ContentType => Encoding switch
    {
        OutputEncoding.Yaml => "application/yaml",
        OutputEncoding.Protobuf => ProtobufType,
        _ => "application/json",
    };

    /// <summary>The best of what the client accepts and the server has: highest q first, then the narrowest, then the client's order.</summary>
    /// <exception cref="StatusException">406: there is nothing.</exception>
    public static OutputFormat Negotiate(string? accept, Offer offer)
    {
        if (string.IsNullOrEmpty(accept) || accept is "application/json" or "*/*" or "application/json, */*")
        {
            return Json;
        }

        if (accept is ProtobufType or ProtobufType + ",application/json")
        {
            return Protobuf;
        }

        return Find(accept, offer) ?? throw StatusErrors.NotAcceptable(offer == Offer.Stream ? StreamTypes : MediaTypes).AsException();
    }

    /// <summary>The form of an error: one that the client may not have asked for is better than none.</summary>
    public static OutputFormat OfError(string? accept) => string.IsNullOrEmpty(accept) ? Json : Find(accept, Offer.Plain) ?? Json;

    private static OutputFormat? Find(string accept, Offer offer)
    {
        OutputFormat? best = null;
        var bestRank = 0.0;
        foreach (var range in accept.AsSpan().Split(','))
        {
            if (TryRead(accept.AsSpan(range), offer, out var format, out var rank) && rank > bestRank)
            {
                (best, bestRank) = (format, rank);
            }
        }

        return best;
    }

    /// <param name="clause">One media range with its parameters.</param>
    /// <param name="rank">Higher is better; 0 is refused by the client.</param>
    private static bool TryRead(ReadOnlySpan<char> clause, Offer offer, out OutputFormat format, out double rank)
    {
        format = default;
        rank = 0;
        var quality = 1.0;
        var (form, version, group, isPretty) = ("", "v1", "meta.k8s.io", false);
        var narrowness = 0.0;
        OutputEncoding? encoding = null;
        foreach (var range in clause.Split(';'))
        {
            var part = clause[range].Trim();
            if (encoding is null)
            {
                encoding = EncodingOf(part, out narrowness);
                if (encoding is null || (encoding == OutputEncoding.Yaml && offer == Offer.Stream))
                {
                    return false;
                }

                continue;
            }

            var equals = part.IndexOf('=');
            var value = equals < 0 ? "" : part[(equals + 1)..].Trim().Trim('"').ToString();
            switch (equals < 0 ? part : part[..equals].TrimEnd())
            {
                case "as":
                    form = value;
                    break;
                case "v":
                    version = value;
                    break;
                case "g":
                    group = value;
                    break;
                case "stream" when value.Length > 0 && (value != "watch" || encoding == OutputEncoding.Yaml):
                    return false;
                case "pretty":
                    isPretty = value == "1";
                    break;
                case "q":
                    quality = double.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, out var given) ? Math.Clamp(given, 0, 1) : 1;
                    break;
                default:
                    break;
            }
        }

        var wanted = form switch
        {
            "" => Form.Object,
            "Table" => Form.Table,
            "PartialObjectMetadata" or "PartialObjectMetadataList" => Form.PartialMetadata,
            _ => (Form?)null,
        };

        // A table has no protobuf; discovery has forms of its own and finds them itself.
        if (wanted is null
            || (wanted != Form.Object && (offer == Offer.Plain || group != "meta.k8s.io" || version is not ("v1" or "v1beta1")))
            || (wanted == Form.Table && encoding == OutputEncoding.Protobuf))
        {
            return false;
        }

        format = new OutputFormat(encoding!.Value, wanted.Value, version, isPretty);
        rank = quality == 0 ? 0 : quality + narrowness;
        return true;
    }

    // The narrowness only decides between equal qualities, which have three digits.
    private static OutputEncoding? EncodingOf(ReadOnlySpan<char> type, out double narrowness)
    {
        narrowness = type is "*/*" ? 0 : type is "application/*" ? 0.0001 : 0.0002;
        return type switch
        {
            "application/json" or "*/*" or "application/*" => OutputEncoding.Json,
            "application/yaml" => OutputEncoding.Yaml,
            ProtobufType => OutputEncoding.Protobuf,
            _ => null,
        };
    }
}
