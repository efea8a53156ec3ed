using System.Globalization;
using System.Text;
using System.Text.Json;
using Navarch.Api.Json;
using Navarch.Machinery.Errors;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Navarch.ApiServer.Media;

/// <summary>YAML as the API knows it: another spelling of JSON. Bounded in depth, in size and in what aliases may repeat.</summary>
internal static class Yaml
{
    private const int DepthMax = 512;

    // A document of nine aliases of nine aliases of … is a gigabyte: what is written may not outgrow what a body may be.
    private const int BytesMax = 8 << 20;

    public static byte[] FromJson(ReadOnlySpan<byte> json)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        var emitter = new Emitter(text, new EmitterSettings(bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024, skipAnchorName: true, indentSequences: false));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 512 });
        while (reader.Read())
        {
            Emit(emitter, ref reader);
        }

        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        var written = text.ToString();
        return Encoding.UTF8.GetBytes(written.EndsWith("...\n", StringComparison.Ordinal) ? written[..^4] : written.Replace("\r\n", "\n", StringComparison.Ordinal));
    }

    /// <exception cref="StatusException">400: not YAML, several documents, or beyond the bounds.</exception>
    public static byte[] ToJson(ReadOnlySpan<byte> yaml)
    {
        try
        {
            var parser = new Parser(new StringReader(Encoding.UTF8.GetString(yaml)));
            parser.Consume<StreamStart>();
            if (!parser.TryConsume<DocumentStart>(out _))
            {
                return "null"u8.ToArray();
            }

            var writer = new ApiWriter(yaml.Length * 2);
            new Converter(parser, writer).Value(0);
            return writer.ToArray();
        }
        catch (YamlException e)
        {
            throw StatusErrors.BadRequest($"error converting YAML to JSON: yaml: line {e.Start.Line}: {e.Message}").AsException(e);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            // The parser has bugs that only broken documents reach; FuzzTests knows some.
            throw StatusErrors.BadRequest("error converting YAML to JSON: yaml: malformed document").AsException(e);
        }
    }

    private static void Emit(Emitter emitter, ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, MappingStyle.Block));
                break;
            case JsonTokenType.EndObject:
                emitter.Emit(new MappingEnd());
                break;
            case JsonTokenType.StartArray:
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, SequenceStyle.Block));
                break;
            case JsonTokenType.EndArray:
                emitter.Emit(new SequenceEnd());
                break;
            case JsonTokenType.PropertyName or JsonTokenType.String:
                var text = reader.GetString()!;
                var style = YamlScalars.IsPlainSafe(text) ? ScalarStyle.Any : YamlScalars.IsLiteralSafe(text) ? ScalarStyle.Literal : ScalarStyle.DoubleQuoted;
                emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, text, style, isPlainImplicit: true, isQuotedImplicit: true));
                break;
            default:
                emitter.Emit(new Scalar(Encoding.UTF8.GetString(reader.ValueSpan)));
                break;
        }
    }

    /// <summary>Turns parser events into JSON; anchored nodes are kept as the JSON they became.</summary>
    private sealed class Converter(Parser parser, ApiWriter writer)
    {
        private readonly Dictionary<AnchorName, byte[]> anchors = [];
        private long anchored;

        public void Value(int depth)
        {
            if (depth > DepthMax)
            {
                throw StatusErrors.BadRequest("error converting YAML to JSON: exceeded max depth").AsException();
            }

            if (writer.Length > BytesMax)
            {
                throw StatusErrors.BadRequest("error converting YAML to JSON: document contains excessive aliasing").AsException();
            }

            if (parser.TryConsume<AnchorAlias>(out var alias))
            {
                writer.Raw(anchors.TryGetValue(alias.Value, out var known)
                    ? known
                    : throw StatusErrors.BadRequest($"error converting YAML to JSON: yaml: unknown anchor '{alias.Value}' referenced").AsException());
                return;
            }

            var start = writer.Length;
            var node = parser.Consume<NodeEvent>();
            switch (node)
            {
                case Scalar scalar:
                    YamlScalars.Write(writer, scalar);
                    break;
                case SequenceStart:
                    writer.BeginList();
                    while (!parser.TryConsume<SequenceEnd>(out _))
                    {
                        writer.Element();
                        Value(depth + 1);
                    }

                    writer.EndList();
                    break;
                default:
                    writer.BeginObject();
                    while (!parser.TryConsume<MappingEnd>(out _))
                    {
                        writer.Key(parser.Consume<Scalar>().Value);
                        Value(depth + 1);
                    }

                    writer.EndObject();
                    break;
            }

            if (!node.Anchor.IsEmpty)
            {
                // Anchors within anchors are kept once for each level.
                anchored += writer.Length - start;
                if (anchored > BytesMax)
                {
                    throw StatusErrors.BadRequest("error converting YAML to JSON: document contains excessive aliasing").AsException();
                }

                anchors[node.Anchor] = writer.Written[start..].ToArray();
            }
        }
    }
}
