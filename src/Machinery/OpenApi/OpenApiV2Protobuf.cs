using Navarch.Api.Protobuf;
using Navarch.Machinery.Json;

namespace Navarch.Machinery.OpenApi;

/// <summary>
/// Writes a v2 document in protobuf: the messages of gnostic's <c>openapi.v2</c>, whose field numbers stand beside each
/// field here. Written from the end to the start, as <see cref="ProtoWriter"/> demands: numbers fall, lists run backwards.
/// </summary>
internal static class OpenApiV2Protobuf
{
    private static readonly string[] Methods = ["get", "put", "post", "delete", "options", "head", "patch"];

    public static byte[] Write(string version, List<(string Path, Func<JsonObject> Make)> paths, List<(string Name, Func<JsonObject> Make)> definitions)
    {
        var w = new ProtoWriter(1024 * 1024);
        var end = w.BeginMessage();
        for (var i = definitions.Count - 1; i >= 0; i--)
        {
            Named(w, 1, definitions[i].Name, definitions[i].Make(), Schema);
        }

        w.EndMessage(9, end); // Document.definitions
        end = w.BeginMessage();
        for (var i = paths.Count - 1; i >= 0; i--)
        {
            Named(w, 2, paths[i].Path, paths[i].Make(), PathItem);
        }

        w.EndMessage(8, end); // Document.paths
        end = w.BeginMessage();
        w.String(2, version);
        w.String(1, "Kubernetes");
        w.EndMessage(2, end); // Document.info
        w.String(1, "2.0"); // Document.swagger
        return w.Written.ToArray();
    }

    /// <summary>An entry of a map: {1 name, 2 value}.</summary>
    private static void Named(ProtoWriter w, int number, string name, JsonObject value, Action<ProtoWriter, JsonObject> write)
    {
        var entry = w.BeginMessage();
        Message(w, 2, value, write);
        w.String(1, name);
        w.EndMessage(number, entry);
    }

    private static void Message(ProtoWriter w, int number, JsonObject value, Action<ProtoWriter, JsonObject> write)
    {
        var end = w.BeginMessage();
        write(w, value);
        w.EndMessage(number, end);
    }

    private static void PathItem(ProtoWriter w, JsonObject item)
    {
        Parameters(w, 9, item);
        for (var i = Methods.Length - 1; i >= 0; i--)
        {
            if (item[Methods[i]] is JsonObject operation)
            {
                Message(w, i + 2, operation, Operation);
            }
        }
    }

    private static void Operation(ProtoWriter w, JsonObject operation)
    {
        Extensions(w, 13, operation);
        if (operation["responses"] is JsonObject responses)
        {
            Message(w, 9, responses, Responses);
        }

        Parameters(w, 8, operation);
        Texts(w, 7, operation["consumes"]);
        Texts(w, 6, operation["produces"]);
        Text(w, 5, operation, "operationId");
        Text(w, 3, operation, "description");
        Texts(w, 1, operation["tags"]);
    }

    private static void Responses(ProtoWriter w, JsonObject responses)
    {
        foreach (var (code, response) in responses.Members.Reverse())
        {
            Named(w, 1, code, (JsonObject)response, static (w, response) => Message(w, 1, response, Response)); // ResponseValue.response
        }
    }

    private static void Response(ProtoWriter w, JsonObject response)
    {
        if (response["schema"] is JsonObject schema)
        {
            Message(w, 2, schema, static (w, schema) => Message(w, 1, schema, Schema)); // SchemaItem.schema
        }

        Text(w, 1, response, "description");
    }

    private static void Parameters(ProtoWriter w, int number, JsonObject holder)
    {
        if (holder["parameters"] is not JsonArray parameters)
        {
            return;
        }

        for (var i = parameters.Items.Count - 1; i >= 0; i--)
        {
            // ParametersItem.parameter = 1
            Message(w, number, (JsonObject)parameters.Items[i], static (w, parameter) => Message(w, 1, parameter, Parameter));
        }
    }

    private static void Parameter(ProtoWriter w, JsonObject parameter)
    {
        switch (parameter.FindText("in"))
        {
            case "body":
                Message(w, 1, parameter, BodyParameter);
                break;
            case "query":
                Message(w, 2, parameter, static (w, parameter) => Message(w, 3, parameter, QueryParameter));
                break;
            default:
                Message(w, 2, parameter, static (w, parameter) => Message(w, 4, parameter, PathParameter));
                break;
        }
    }

    private static void BodyParameter(ProtoWriter w, JsonObject parameter)
    {
        Message(w, 5, (JsonObject)parameter["schema"]!, Schema);
        Flag(w, 4, parameter, "required");
        Text(w, 3, parameter, "in");
        Text(w, 2, parameter, "name");
        Text(w, 1, parameter, "description");
    }

    private static void QueryParameter(ProtoWriter w, JsonObject parameter)
    {
        Flag(w, 20, parameter, "uniqueItems");
        Text(w, 6, parameter, "type");
        Common(w, parameter);
    }

    private static void PathParameter(ProtoWriter w, JsonObject parameter)
    {
        Flag(w, 19, parameter, "uniqueItems");
        Text(w, 5, parameter, "type");
        Common(w, parameter);
    }

    private static void Common(ProtoWriter w, JsonObject parameter)
    {
        Text(w, 4, parameter, "name");
        Text(w, 3, parameter, "description");
        Text(w, 2, parameter, "in");
        Flag(w, 1, parameter, "required");
    }

    private static void Schema(ProtoWriter w, JsonObject schema)
    {
        Extensions(w, 31, schema);
        if (schema["properties"] is JsonObject properties)
        {
            Message(w, 25, properties, static (w, properties) =>
            {
                foreach (var (name, property) in properties.Members.Reverse())
                {
                    Named(w, 1, name, (JsonObject)property, Schema);
                }
            });
        }

        if (schema["items"] is JsonObject items)
        {
            Message(w, 23, items, static (w, items) => Message(w, 1, items, Schema)); // ItemsItem.schema
        }

        if (schema.FindText("type") is { } type)
        {
            var end = w.BeginMessage();
            w.String(1, type);
            w.EndMessage(22, end); // TypeItem.value
        }

        if (schema["additionalProperties"] is JsonObject values)
        {
            Message(w, 21, values, static (w, values) => Message(w, 1, values, Schema)); // AdditionalPropertiesItem.schema
        }

        if (schema["enum"] is JsonArray allowed)
        {
            for (var i = allowed.Items.Count - 1; i >= 0; i--)
            {
                Any(w, 20, allowed.Items[i]);
            }
        }

        Texts(w, 19, schema["required"]);
        if (schema["default"] is { } value)
        {
            Any(w, 5, value);
        }

        Text(w, 4, schema, "description");
        Text(w, 2, schema, "format");
        Text(w, 1, schema, "$ref");
    }

    private static void Extensions(ProtoWriter w, int number, JsonObject holder)
    {
        foreach (var (name, value) in holder.Members.Reverse())
        {
            if (name.StartsWith("x-", StringComparison.Ordinal))
            {
                var end = w.BeginMessage();
                Any(w, 2, value);
                w.String(1, name);
                w.EndMessage(number, end);
            }
        }
    }

    /// <summary>Any value, as YAML: JSON is YAML.</summary>
    private static void Any(ProtoWriter w, int number, JsonNode value)
    {
        var end = w.BeginMessage();
        w.String(2, value.ToString() + "\n");
        w.EndMessage(number, end);
    }

    private static void Text(ProtoWriter w, int number, JsonObject holder, string name)
    {
        if (holder.FindText(name) is { } text)
        {
            w.String(number, text);
        }
    }

    private static void Texts(ProtoWriter w, int number, JsonNode? list)
    {
        if (list is JsonArray { Items: var items })
        {
            for (var i = items.Count - 1; i >= 0; i--)
            {
                w.String(number, ((JsonText)items[i]).Value);
            }
        }
    }

    private static void Flag(ProtoWriter w, int number, JsonObject holder, string name)
    {
        if (holder[name] is JsonBoolean { Value: true })
        {
            w.Boolean(number, true);
        }
    }
}
