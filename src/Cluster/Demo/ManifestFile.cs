using System.Globalization;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Navarch.Cluster.Demo;

/// <summary>
/// One object of a YAML file as JSON, so that the demo needs no kubectl. It reads our own examples; for files of users
/// there is kubectl.
/// </summary>
internal sealed record ManifestFile(string ApiVersion, string Kind, string Name, byte[] Json)
{
    public static IReadOnlyList<ManifestFile> Read(string path)
    {
        using var reader = new StringReader(File.ReadAllText(path));
        var yaml = new YamlStream();
        try
        {
            yaml.Load(reader);
        }
        catch (YamlException e)
        {
            throw new ClusterException($"{path} is not valid YAML (line {e.Start.Line}: {e.Message})", "correct the file", e);
        }

        return [.. yaml.Documents.Select(document => document.RootNode).OfType<YamlMappingNode>().Select(Convert)];
    }

    /// <summary>The path of the collection the object belongs to. Kinds of the examples have regular plurals.</summary>
    public string Collection(string @namespace)
    {
        var root = ApiVersion.Contains('/', StringComparison.Ordinal) ? $"/apis/{ApiVersion}" : $"/api/{ApiVersion}";
        return $"{root}/namespaces/{@namespace}/{Kind.ToLowerInvariant()}s";
    }

    private static ManifestFile Convert(YamlMappingNode root)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            Write(writer, root);
        }

        return new ManifestFile(Text(root, "apiVersion"), Text(root, "kind"), Text((YamlMappingNode)root.Children["metadata"], "name"), stream.ToArray());
    }

    private static string Text(YamlMappingNode node, string key) => ((YamlScalarNode)node.Children[key]).Value!;

    private static void Write(Utf8JsonWriter writer, YamlNode node)
    {
        switch (node)
        {
            case YamlMappingNode mapping:
                writer.WriteStartObject();
                foreach (var (key, value) in mapping.Children)
                {
                    writer.WritePropertyName(((YamlScalarNode)key).Value!);
                    Write(writer, value);
                }

                writer.WriteEndObject();
                break;
            case YamlSequenceNode sequence:
                writer.WriteStartArray();
                foreach (var item in sequence.Children)
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case YamlScalarNode { Style: ScalarStyle.Plain, Value: "true" or "false" } scalar:
                writer.WriteBooleanValue(scalar.Value == "true");
                break;
            case YamlScalarNode { Style: ScalarStyle.Plain, Value: "null" or "~" or "" }:
                writer.WriteNullValue();
                break;
            case YamlScalarNode { Style: ScalarStyle.Plain } scalar when long.TryParse(scalar.Value, CultureInfo.InvariantCulture, out var number):
                writer.WriteNumberValue(number);
                break;
            case YamlScalarNode scalar:
                writer.WriteStringValue(scalar.Value);
                break;
            default:
                throw new ClusterException($"line {node.Start.Line} holds a YAML alias, which examples do not use", "write the value out");
        }
    }
}
