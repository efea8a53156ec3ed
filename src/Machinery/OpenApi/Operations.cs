using System.Globalization;
using Navarch.Machinery.Json;

namespace Navarch.Machinery.OpenApi;

/// <summary>Describes what can be done at the paths of a resource.</summary>
internal sealed class Operations(Dialect dialect, SchemaDocument types)
{
    private static readonly string[] Produced = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];
    private static readonly string[] ProducedByLists = [.. Produced, "application/json;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch"];
    private static readonly string[] PatchTypes =
        ["application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json", "application/apply-patch+yaml"];

    /// <summary>Paths and their items, sorted by path, each made when it is asked for.</summary>
    public IEnumerable<(string Path, Func<JsonObject> Make)> PathsOf(OpenApiResource resource)
    {
        var type = resource.Type;
        var scoped = type.Namespaced ? $"/{resource.Root}/namespaces/{{namespace}}/{type.Plural}" : $"/{resource.Root}/{type.Plural}";
        if (type.Namespaced && resource.Verbs.Contains("list"))
        {
            yield return ($"/{resource.Root}/{type.Plural}", () => Item([("get", List(resource, forAll: true))], namespaced: false, named: false));
        }

        yield return (scoped, () => Item(Collection(resource), type.Namespaced, named: false));
        yield return (scoped + "/{name}", () => Item(Single(resource), type.Namespaced, named: true));
        foreach (var subresource in resource.Subresources)
        {
            yield return ($"{scoped}/{{name}}/{subresource.Name}", () => Item(OfSubresource(resource, subresource), type.Namespaced, named: true));
        }
    }

    private JsonObject Item(IEnumerable<(string Method, JsonObject Operation)> operations, bool namespaced, bool named)
    {
        var item = new JsonObject();
        foreach (var (method, operation) in operations.OrderBy(one => one.Method, StringComparer.Ordinal))
        {
            item[method] = operation;
        }

        var parameters = new JsonArray();
        if (named)
        {
            parameters.Items.Add(Parameter("name", "path", "string", "Name of the object."));
        }

        if (namespaced)
        {
            parameters.Items.Add(Parameter("namespace", "path", "string", "Namespace of the object."));
        }

        parameters.Items.Add(Parameter("pretty", "query", "string", "If true, the answer is indented."));
        item["parameters"] = parameters;
        return item;
    }

    private IEnumerable<(string Method, JsonObject Operation)> Collection(OpenApiResource resource)
    {
        foreach (var verb in resource.Verbs)
        {
            switch (verb)
            {
                case "list":
                    yield return ("get", List(resource, forAll: false));
                    break;
                case "create":
                    yield return ("post", Write(resource, "create", "post", $"Create a {resource.Type.Kind}.", resource.Schema.Name, "", "", 200, 201, 202));
                    break;
                case "deletecollection":
                    var operation = Operation(resource, "deletecollection", $"Delete all {resource.Type.Plural} that are selected.", "delete", "Collection", "", "", [.. Selection(), .. Deletion()]);
                    Body(operation, Definitions.DeleteOptionsName, required: false);
                    Responses(operation, Definitions.StatusName, Produced, 200);
                    yield return ("delete", operation);
                    break;
                default:
                    break;
            }
        }
    }

    private IEnumerable<(string Method, JsonObject Operation)> Single(OpenApiResource resource)
    {
        var (kind, name) = (resource.Type.Kind, resource.Schema.Name);
        foreach (var verb in resource.Verbs)
        {
            switch (verb)
            {
                case "get":
                    yield return ("get", Read(resource, $"Read a {kind}.", name, ""));
                    break;
                case "update":
                    yield return ("put", Write(resource, "replace", "put", $"Replace a {kind}.", name, "", "", 200, 201));
                    break;
                case "patch":
                    yield return ("patch", Patch(resource, $"Change parts of a {kind}.", name, ""));
                    break;
                case "delete":
                    var operation = Operation(resource, "delete", $"Delete a {kind}.", "delete", "", "", "", Deletion());
                    Body(operation, Definitions.DeleteOptionsName, required: false);
                    Responses(operation, Definitions.StatusName, Produced, 200, 202);
                    yield return ("delete", operation);
                    break;
                default:
                    break;
            }
        }
    }

    private IEnumerable<(string Method, JsonObject Operation)> OfSubresource(OpenApiResource resource, OpenApiSubresource subresource)
    {
        var name = subresource.Body?.Name ?? resource.Schema.Name;
        var title = Title(subresource.Name);
        foreach (var verb in subresource.Verbs)
        {
            if (subresource.IsConnection)
            {
                var method = verb switch { "create" => "post", "update" => "put", _ => verb };
                var operation = Operation(resource, "connect", $"Open the {subresource.Name} of a {resource.Type.Kind}.", $"connect{Title(method)}", "", title, "", [], subresource);
                Responses(operation, "", ["*/*"], 200);
                yield return (method, operation);
                continue;
            }

            switch (verb)
            {
                case "get":
                    yield return ("get", Read(resource, $"Read the {subresource.Name} of a {resource.Type.Kind}.", name, title, subresource));
                    break;
                case "update":
                    yield return ("put", Write(resource, "replace", "put", $"Replace the {subresource.Name} of a {resource.Type.Kind}.", name, title, subresource.Body?.Name ?? "", 200, 201));
                    break;
                case "create":
                    yield return ("post", Write(resource, "create", "post", $"Create the {subresource.Name} of a {resource.Type.Kind}.", name, title, subresource.Body?.Name ?? "", 200, 201, 202));
                    break;
                case "patch":
                    yield return ("patch", Patch(resource, $"Change parts of the {subresource.Name} of a {resource.Type.Kind}.", name, title, subresource));
                    break;
                default:
                    break;
            }
        }
    }

    private JsonObject List(OpenApiResource resource, bool forAll)
    {
        var operation = Operation(resource, "list", $"List or watch {resource.Type.Plural}.", "list", "", "", forAll ? "ForAllNamespaces" : "", [
            .. Selection(),
            Parameter("watch", "query", "boolean", "Stream changes instead of listing."),
            Parameter("allowWatchBookmarks", "query", "boolean", "Send bookmarks, which tell how far a watch has come."),
            Parameter("timeoutSeconds", "query", "integer", "End the call after this many seconds."),
        ]);
        Responses(operation, SchemaDocument.ListName(resource.Schema), ProducedByLists, 200);
        return operation;
    }

    private JsonObject Read(OpenApiResource resource, string description, string schema, string title, OpenApiSubresource? subresource = null)
    {
        var operation = Operation(resource, "get", description, "read", "", title, "", [], subresource);
        Responses(operation, schema, Produced, 200);
        return operation;
    }

    private JsonObject Write(OpenApiResource resource, string verb, string action, string description, string schema, string title, string bodyName, params int[] codes)
    {
        var subresource = resource.Subresources.FirstOrDefault(one => one.Body is not null && one.Body.Name == bodyName);
        var operation = Operation(resource, action, description, verb, "", title, "", Mutation(), subresource);
        Body(operation, schema, required: true);
        Responses(operation, schema, Produced, codes);
        return operation;
    }

    private JsonObject Patch(OpenApiResource resource, string description, string schema, string title, OpenApiSubresource? subresource = null)
    {
        JsonObject[] parameters = [.. Mutation(), Parameter("force", "query", "boolean", "Take fields over from other managers. Only for apply.")];
        var operation = Operation(resource, "patch", description, "patch", "", title, "", parameters, subresource);
        if (dialect == Dialect.V2)
        {
            operation["consumes"] = SchemaDocument.Texts(PatchTypes);
            Body(operation, Definitions.PatchName, required: true);
        }
        else
        {
            Body(operation, Definitions.PatchName, required: true, PatchTypes);
        }

        Responses(operation, schema, Produced, 200, 201);
        return operation;
    }

    private JsonObject Operation(
        OpenApiResource resource, string action, string description, string verb, string prefix, string title, string suffix, IReadOnlyList<JsonObject> parameters, OpenApiSubresource? subresource = null)
    {
        var type = resource.Type;
        var group = type.Group.Length == 0 ? "core" : type.Group.EndsWith(".k8s.io", StringComparison.Ordinal) ? type.Group[..^".k8s.io".Length] : type.Group;
        var words = group.Split('.', '-');
        var scope = type.Namespaced && suffix.Length == 0 ? "Namespaced" : "";
        var operation = new JsonObject();
        if (dialect == Dialect.V2)
        {
            operation["consumes"] = SchemaDocument.Texts(["*/*"]);
        }

        SchemaDocument.Text(operation, "description", description);
        SchemaDocument.Text(operation, "operationId", $"{verb}{string.Concat(words.Select(Title))}{Title(type.Version)}{prefix}{scope}{type.Kind}{title}{suffix}");
        if (parameters.Count > 0)
        {
            operation["parameters"] = JsonArray.Of(parameters);
        }

        operation["tags"] = SchemaDocument.Texts([$"{words[0]}{string.Concat(words.Skip(1).Select(Title))}_{type.Version}"]);
        SchemaDocument.Text(operation, "x-kubernetes-action", action);
        operation["x-kubernetes-group-version-kind"] = subresource?.Body?.GroupVersionKind is { } other
            ? SchemaDocument.GroupVersionKind(other.Group, other.Kind, other.Version)
            : subresource is { OptionsKind.Length: > 0 } ? SchemaDocument.GroupVersionKind("", subresource.OptionsKind, "v1")
            : SchemaDocument.GroupVersionKind(type.Group, type.Kind, type.Version);
        return operation;
    }

    private JsonObject[] Selection() =>
    [
        Parameter("labelSelector", "query", "string", "Only objects whose labels match."),
        Parameter("fieldSelector", "query", "string", "Only objects whose fields match."),
        Parameter("limit", "query", "integer", "Most objects to answer with; more follow with continue."),
        Parameter("continue", "query", "string", "Where the last answer ended, as it said itself."),
        Parameter("resourceVersion", "query", "string", "The version to read at, or not older than."),
        Parameter("resourceVersionMatch", "query", "string", "How resourceVersion is meant: Exact or NotOlderThan."),
        Parameter("sendInitialEvents", "query", "boolean", "Begin a watch with the present objects."),
    ];

    private JsonObject[] Mutation() =>
    [
        Parameter("dryRun", "query", "string", "All: do everything but store the result."),
        Parameter("fieldManager", "query", "string", "Name of who makes the change."),
        Parameter("fieldValidation", "query", "string", "What to do about unknown and duplicate fields: Ignore, Warn or Strict."),
    ];

    private JsonObject[] Deletion() =>
    [
        Parameter("dryRun", "query", "string", "All: do everything but store the result."),
        Parameter("gracePeriodSeconds", "query", "integer", "Seconds the object may take to end; 0 ends it at once."),
        Parameter("orphanDependents", "query", "boolean", "Deprecated: use propagationPolicy."),
        Parameter("propagationPolicy", "query", "string", "What becomes of dependents: Orphan, Background or Foreground."),
    ];

    private JsonObject Parameter(string name, string where, string type, string description)
    {
        var node = new JsonObject();
        SchemaDocument.Text(node, "description", description);
        SchemaDocument.Text(node, "in", where);
        SchemaDocument.Text(node, "name", name);
        if (where == "path")
        {
            node["required"] = JsonBoolean.True;
        }

        if (dialect == Dialect.V2)
        {
            SchemaDocument.Text(node, "type", type);
            node["uniqueItems"] = JsonBoolean.True;
        }
        else
        {
            var schema = new JsonObject();
            SchemaDocument.Text(schema, "type", type);
            schema["uniqueItems"] = JsonBoolean.True;
            node["schema"] = schema;
        }

        return node;
    }

    private void Body(JsonObject operation, string schema, bool required, params string[] mediaTypes)
    {
        if (dialect == Dialect.V3)
        {
            var body = new JsonObject();
            body["content"] = Content(schema, mediaTypes.Length == 0 ? ["*/*"] : mediaTypes);
            if (required)
            {
                body["required"] = JsonBoolean.True;
            }

            operation["requestBody"] = body;
            return;
        }

        var parameter = new JsonObject();
        SchemaDocument.Text(parameter, "in", "body");
        SchemaDocument.Text(parameter, "name", "body");
        if (required)
        {
            parameter["required"] = JsonBoolean.True;
        }

        parameter["schema"] = types.Reference(schema);
        if (operation["parameters"] is JsonArray parameters)
        {
            parameters.Items.Insert(0, parameter);
        }
        else
        {
            operation["parameters"] = JsonArray.Of([parameter]);
        }
    }

    /// <param name="schema">Empty where the answer is not an object.</param>
    private void Responses(JsonObject operation, string schema, string[] mediaTypes, params int[] codes)
    {
        var responses = new JsonObject();
        foreach (var code in codes)
        {
            var response = new JsonObject();
            if (dialect == Dialect.V3)
            {
                response["content"] = Content(schema, mediaTypes);
            }

            SchemaDocument.Text(response, "description", code switch { 201 => "Created", 202 => "Accepted", _ => "OK" });
            if (dialect == Dialect.V2 && schema.Length > 0)
            {
                response["schema"] = types.Reference(schema);
            }

            responses[code.ToString(CultureInfo.InvariantCulture)] = response;
        }

        operation["responses"] = responses;
        if (dialect == Dialect.V2)
        {
            operation["produces"] = SchemaDocument.Texts(mediaTypes);
        }
    }

    private JsonObject Content(string schema, string[] mediaTypes)
    {
        var content = new JsonObject();
        foreach (var mediaType in mediaTypes)
        {
            var node = new JsonObject();
            if (schema.Length > 0)
            {
                node["schema"] = types.Reference(schema);
            }
            else
            {
                var text = new JsonObject();
                SchemaDocument.Text(text, "type", "string");
                node["schema"] = text;
            }

            content[mediaType] = node;
        }

        return content;
    }

    private static string Title(string word) => word.Length == 0 ? "" : char.ToUpperInvariant(word[0]) + word[1..];
}
