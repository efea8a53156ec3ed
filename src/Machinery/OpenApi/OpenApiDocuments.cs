using System.Security.Cryptography;
using System.Text;
using Navarch.Api;
using Navarch.Api.Json;

namespace Navarch.Machinery.OpenApi;

/// <summary>
/// The OpenAPI documents of a server, made when asked for and kept by nobody here: the caller decides what is worth its
/// memory. A hash is known without making the document, since a document depends on the build and the list of resources alone.
/// </summary>
public sealed class OpenApiDocuments
{
    private readonly IReadOnlyList<OpenApiResource> resources;
    private readonly string version;

    /// <param name="version">Version of the API, such as <c>v1.36.0</c>.</param>
    public OpenApiDocuments(IReadOnlyList<OpenApiResource> resources, string version)
    {
        this.resources = [.. resources.OrderBy(resource => resource.Root, StringComparer.Ordinal).ThenBy(resource => resource.Type.Plural, StringComparer.Ordinal)];
        this.version = version;
    }

    /// <summary>Places of the documents below <c>/openapi/v3/</c>: <c>api/v1</c>, <c>apis/apps/v1</c>, ...</summary>
    public IReadOnlyList<string> Roots => [.. resources.Select(resource => resource.Root).Distinct()];

    /// <summary>Hash of the document at <paramref name="root"/>, for ETag and <c>?hash=</c>; with an empty root that of all documents.</summary>
    public string Hash(string root)
    {
        var said = new StringBuilder(version).Append(typeof(Schema).Module.ModuleVersionId).Append(typeof(OpenApiDocuments).Module.ModuleVersionId);
        foreach (var resource in resources)
        {
            if (root.Length == 0 || resource.Root == root)
            {
                said.Append('\n').Append(resource.Type).Append(resource.Schema.Name).AppendJoin(',', resource.Verbs);
                foreach (var subresource in resource.Subresources)
                {
                    said.Append(' ').Append(subresource.Name).AppendJoin(',', subresource.Verbs);
                }
            }
        }

        return Convert.ToHexString(SHA512.HashData(Encoding.UTF8.GetBytes(said.ToString())));
    }

    /// <summary>What is served at <c>/openapi/v3</c>.</summary>
    public byte[] V3Index()
    {
        var writer = new ApiWriter();
        writer.Raw("{\"paths\":{"u8);
        foreach (var root in Roots)
        {
            writer.Key(root);
            writer.Raw("{\"serverRelativeURL\":"u8);
            writer.String($"/openapi/v3/{root}?hash={Hash(root)}");
            writer.EndObject();
        }

        writer.Raw("}}"u8);
        return writer.ToArray();
    }

    /// <summary>The v3 document of one group version; null where there is none.</summary>
    public byte[]? V3(string root)
    {
        var own = resources.Where(resource => resource.Root == root).ToList();
        if (own.Count == 0)
        {
            return null;
        }

        var types = new SchemaDocument(Dialect.V3);
        var writer = new ApiWriter(256 * 1024);
        writer.Raw("{\"openapi\":\"3.0.0\",\"info\":{\"title\":\"Kubernetes\",\"version\":"u8);
        writer.String(version);
        writer.Raw("},\"paths\":{"u8);
        WritePaths(writer, own, new Operations(Dialect.V3, types));
        writer.Raw("},\"components\":{\"schemas\":{"u8);
        WriteDefinitions(writer, new Definitions(own, resources, types));
        writer.Raw("}}}"u8);
        return writer.ToArray();
    }

    /// <summary>The v2 document of everything, as JSON.</summary>
    public byte[] V2Json()
    {
        var types = new SchemaDocument(Dialect.V2);
        var writer = new ApiWriter(2 * 1024 * 1024);
        writer.Raw("{\"swagger\":\"2.0\",\"info\":{\"title\":\"Kubernetes\",\"version\":"u8);
        writer.String(version);
        writer.Raw("},\"paths\":{"u8);
        WritePaths(writer, resources, new Operations(Dialect.V2, types));
        writer.Raw("},\"definitions\":{"u8);
        WriteDefinitions(writer, new Definitions(resources, resources, types));
        writer.Raw("}}"u8);
        return writer.ToArray();
    }

    /// <summary>The v2 document of everything, in the protobuf form that kubectl asks for.</summary>
    public byte[] V2Protobuf()
    {
        var types = new SchemaDocument(Dialect.V2);
        var operations = new Operations(Dialect.V2, types);
        var paths = resources.SelectMany(operations.PathsOf).OrderBy(path => path.Path, StringComparer.Ordinal).ToList();
        return OpenApiV2Protobuf.Write(version, paths, [.. new Definitions(resources, resources, types).Sorted]);
    }

    private static void WritePaths(ApiWriter writer, IEnumerable<OpenApiResource> resources, Operations operations)
    {
        foreach (var (path, make) in resources.SelectMany(operations.PathsOf).OrderBy(path => path.Path, StringComparer.Ordinal))
        {
            writer.Key(path);
            make().Write(writer);
        }
    }

    private static void WriteDefinitions(ApiWriter writer, Definitions definitions)
    {
        foreach (var (name, make) in definitions.Sorted)
        {
            writer.Key(name);
            make().Write(writer);
        }
    }
}
