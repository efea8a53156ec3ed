using Navarch.Api;
using Navarch.Api.Meta.V1;
using Navarch.Machinery.Json;

namespace Navarch.Machinery.OpenApi;

/// <summary>The definitions that a set of resources needs, sorted by name, each made when it is asked for.</summary>
internal sealed class Definitions
{
    public const string PatchName = "io.k8s.apimachinery.pkg.apis.meta.v1.Patch";
    public const string DeleteOptionsName = "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions";
    public const string StatusName = "io.k8s.apimachinery.pkg.apis.meta.v1.Status";

    private readonly SortedDictionary<string, Func<JsonObject>> byName = new(StringComparer.Ordinal);
    private readonly SchemaDocument types;
    private readonly List<(string Group, string Version)> groupVersions;

    /// <param name="served">Everything the server serves: options belong to every group version.</param>
    public Definitions(IReadOnlyList<OpenApiResource> resources, IReadOnlyList<OpenApiResource> served, SchemaDocument types)
    {
        this.types = types;
        groupVersions = [.. served.Select(resource => (resource.Type.Group, resource.Type.Version)).Distinct().Order()];
        Add(DeleteOptions.Schema);
        Add(Status.Schema);
        Add(ListMeta.Schema);
        byName[PatchName] = Patch;
        foreach (var resource in resources)
        {
            Add(resource.Schema);
            byName[SchemaDocument.ListName(resource.Schema)] = () => types.ListDefinition(resource.Schema, resource.Type);
            foreach (var subresource in resource.Subresources)
            {
                if (subresource.Body is { } body)
                {
                    Add(body);
                }
            }
        }
    }

    public IEnumerable<(string Name, Func<JsonObject> Make)> Sorted => byName.Select(entry => (entry.Key, entry.Value));

    public int Count => byName.Count;

    private void Add(Schema? schema)
    {
        while (schema is { Name.Length: 0 })
        {
            schema = schema.Items; // Lists and maps are described in place.
        }

        if (schema is null || byName.ContainsKey(schema.Name))
        {
            return;
        }

        byName[schema.Name] = schema.Name == DeleteOptionsName ? () => OfEveryGroup(schema) : () => types.Definition(schema);
        foreach (var field in schema.Fields)
        {
            Add(field.Type);
        }
    }

    private JsonObject OfEveryGroup(Schema schema)
    {
        var node = types.Definition(schema);
        node["x-kubernetes-group-version-kind"] = JsonArray.Of(groupVersions.Select(one => SchemaDocument.GroupVersionKind(one.Group, "DeleteOptions", one.Version)));
        return node;
    }

    private static JsonObject Patch()
    {
        var node = new JsonObject();
        SchemaDocument.Text(node, "description", "A change of an object, in the dialect that the request's media type names.");
        SchemaDocument.Text(node, "type", "object");
        return node;
    }
}
