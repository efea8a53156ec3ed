using System.Globalization;
using Navarch.Api;
using Navarch.Machinery.Json;

namespace Navarch.Machinery.Apply;

/// <summary>Says what of a configuration cannot be applied: fields nobody knows, elements that cannot be told apart.</summary>
public static class ConfigurationProblems
{
    private const int ProblemsMax = 100;

    /// <returns>Problems as <c>.spec.x: field not declared in schema</c>; empty for a configuration that can be applied.</returns>
    public static IReadOnlyList<string> Of(JsonObject configuration, Schema schema)
    {
        var problems = new List<string>();
        Check(configuration, schema, null, "", problems);
        return problems;
    }

    private static void Check(JsonNode value, Schema? schema, SchemaField? field, string path, List<string> problems)
    {
        if (problems.Count >= ProblemsMax || schema is null)
        {
            return;
        }

        switch (value)
        {
            case JsonObject members when schema.Kind == SchemaKind.Object:
                foreach (var (name, member) in members.Members)
                {
                    if (schema.FindField(name) is { } declared)
                    {
                        Check(member, declared.Type, declared, $"{path}.{name}", problems);
                    }
                    else if (schema.GroupVersionKind is null || name is not ("kind" or "apiVersion"))
                    {
                        problems.Add($"{path}.{name}: field not declared in schema");
                    }
                }

                break;
            case JsonObject members when schema.Kind == SchemaKind.Map:
                foreach (var (name, member) in members.Members)
                {
                    Check(member, schema.Items, null, $"{path}.{name}", problems);
                }

                break;
            case JsonArray list when schema.Kind == SchemaKind.List:
                CheckElements(list, schema, field, path, problems);
                break;
            default:
                break; // What is of another type is found by decoding.
        }
    }

    private static void CheckElements(JsonArray list, Schema schema, SchemaField? field, string path, List<string> problems)
    {
        var isKeyed = field?.ListType is ListType.Map or ListType.Set;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < list.Items.Count; i++)
        {
            var item = list.Items[i];
            var step = isKeyed ? PathStep.Element(item, field!) : null;
            var missing = field?.ListType == ListType.Map && item is JsonObject element
                ? field.ListMapKeys.FirstOrDefault(key => !element.Has(key) && schema.Items?.FindField(key)?.Default is null)
                : null;
            if (missing is not null)
            {
                problems.Add(string.Create(CultureInfo.InvariantCulture, $"{path}: element {i}: associative list with keys has an element that omits key field \"{missing}\" (and doesn't have default value)"));
            }
            else if (step is not null && !seen.Add(step))
            {
                problems.Add($"{path}: duplicate entries for key {PathStep.Show(step)}");
            }

            Check(item, schema.Items, null, path + (step is null ? string.Create(CultureInfo.InvariantCulture, $"[{i}]") : PathStep.Show(step)), problems);
        }
    }
}
