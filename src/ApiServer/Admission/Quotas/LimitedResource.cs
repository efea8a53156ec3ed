using System.Text.Json.Nodes;
using Navarch.Api.Core.V1;
using static Navarch.ApiServer.Media.ConfigJson;

namespace Navarch.ApiServer.Admission.Quotas;

/// <summary>What nobody may use without a quota that counts it: so that, say, only some namespaces have pods of high priority.</summary>
/// <param name="Contains">Of the names of what is used; the whole or a part.</param>
/// <param name="Scopes">What uses must be in the scope of a quota with.</param>
internal sealed record LimitedResource(string Group, string Resource, IReadOnlyList<string> Contains, IReadOnlyList<ScopedResourceSelectorRequirement> Scopes)
{
    /// <param name="field">Where in the file it is.</param>
    /// <exception cref="InvalidDataException">It cannot be understood; the message says where.</exception>
    public static IReadOnlyList<LimitedResource> ParseAll(JsonObject configuration, string field)
    {
        RequireKnown(configuration, field, "apiVersion", "kind", "limitedResources");
        RequireType(configuration, field, "apiserver.config.k8s.io/v1", "ResourceQuotaConfiguration");
        return [.. (configuration["limitedResources"]?.AsArray() ?? []).Select((node, i) => Parse(node, $"{field}.limitedResources[{i}]"))];
    }

    private static LimitedResource Parse(JsonNode? node, string field)
    {
        var limited = node as JsonObject ?? throw new InvalidDataException($"{field}: must be an object");
        RequireKnown(limited, field, "apiGroup", "resource", "matchContains", "matchScopes");
        return Text(limited["resource"]) is { Length: > 0 } resource
            ? new LimitedResource(
                Text(limited["apiGroup"]), resource, Texts(limited["matchContains"]), [.. (limited["matchScopes"]?.AsArray() ?? []).Select((scope, i) => ParseScope(scope, $"{field}.matchScopes[{i}]"))])
            : throw new InvalidDataException($"{field}.resource: is required");
    }

    private static ScopedResourceSelectorRequirement ParseScope(JsonNode? node, string field)
    {
        var scope = node as JsonObject ?? throw new InvalidDataException($"{field}: must be an object");
        RequireKnown(scope, field, "scopeName", "operator", "values");
        return new ScopedResourceSelectorRequirement { ScopeName = Text(scope["scopeName"]), Operator = Text(scope["operator"]), Values = Texts(scope["values"]) };
    }
}
