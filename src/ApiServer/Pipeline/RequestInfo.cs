namespace Navarch.ApiServer.Pipeline;

/// <summary>What a request is about, as its path and method say.</summary>
internal sealed record RequestInfo
{
    /// <summary>get, list, watch, create, update, patch, delete, deletecollection; for other paths the method in small letters.</summary>
    public required string Verb { get; init; }

    public required string Path { get; init; }

    /// <summary>The path names a resource: <c>/api/v1/…</c> or <c>/apis/GROUP/VERSION/…</c>.</summary>
    public bool IsResource { get; init; }

    public string Group { get; init; } = "";

    public string Version { get; init; } = "";

    public string Namespace { get; init; } = "";

    public string Resource { get; init; } = "";

    public string Name { get; init; } = "";

    public string Subresource { get; init; } = "";

    /// <summary>What follows the subresource, with its slash: the path to be proxied.</summary>
    public string Rest { get; init; } = "";

    /// <summary>Of a collection: what of it is asked for, as the query says.</summary>
    public string FieldSelector { get; init; } = "";

    /// <inheritdoc cref="FieldSelector"/>
    public string LabelSelector { get; init; } = "";

    /// <summary>The one object it is about, be it named by the path or by the selector of a collection; empty for several.</summary>
    public string ObjectName => Name.Length > 0 ? Name : SelectedName;

    private string SelectedName { get; init; } = "";

    /// <summary>This request, as a request for a part of a collection.</summary>
    /// <remarks>A selector that cannot be parsed selects nothing, and is refused by who reads it.</remarks>
    public RequestInfo Selecting(string fieldSelector, string labelSelector) =>
        fieldSelector.Length == 0 && labelSelector.Length == 0 || Verb is not ("list" or "watch" or "deletecollection") ? this : this with
        {
            FieldSelector = fieldSelector,
            LabelSelector = labelSelector,
            SelectedName = Fixed(fieldSelector, "metadata.name"),
        };

    /// <summary>The one value that a field must have; empty where the selector leaves it open.</summary>
    public string FieldValue(string field) => Fixed(FieldSelector, field);

    private static string Fixed(string fieldSelector, string field)
    {
        if (!fieldSelector.Contains(field, StringComparison.Ordinal))
        {
            return "";
        }

        try
        {
            return Machinery.Selectors.FieldSelector.Parse(fieldSelector).Terms.FirstOrDefault(term => term.IsEqual && term.Field == field)?.Value ?? "";
        }
        catch (Machinery.Selectors.SelectorException)
        {
            return "";
        }
    }

    /// <param name="isWatch">The query asks for a watch.</param>
    public static RequestInfo Parse(string method, string path, bool isWatch)
    {
        var parts = path.Split('/');
        if (parts is not ["", "api" or "apis", ..])
        {
            return new RequestInfo { Verb = Lower(method), Path = path };
        }

        var isCore = parts[1] == "api";
        var version = isCore ? 2 : 3;
        var at = version + 1;

        // The old form of a watch, which still names what it watches by its path: /api/v1/watch/namespaces/NAME/pods/NAME.
        var isOldWatch = parts.Length > at + 1 && parts[at] == "watch" && parts[at + 1].Length > 0 && method is "GET";
        at += isOldWatch ? 1 : 0;

        // /namespaces/NAME is the namespace itself, /namespaces/NAME/pods is what lies in it.
        var @namespace = parts.Length > at + 1 && parts[at] == "namespaces" ? parts[at + 1] : "";
        at += parts.Length > at + 2 && @namespace.Length > 0 && parts[at + 2] is not ("status" or "finalize" or "") ? 2 : 0;
        if (!IsWhole(parts, at))
        {
            return new RequestInfo { Verb = Lower(method), Path = path };
        }

        var info = new RequestInfo
        {
            Verb = "",
            Path = path,
            IsResource = true,
            Group = isCore ? "" : parts[2],
            Version = parts[version],
            Namespace = @namespace,
            Resource = parts[at],
            Name = parts.Length > at + 1 ? parts[at + 1] : "",
            Subresource = parts.Length > at + 2 ? parts[at + 2] : "",
            Rest = parts.Length > at + 3 ? "/" + string.Join('/', parts[(at + 3)..]) : "",
        };
        return info with { Verb = isOldWatch ? "watch" : VerbOf(method, info.Name.Length > 0, isWatch) };
    }

    /// <summary>
    /// Whether the path names a resource, and no part of it is empty. A slash at the end says nothing; what is passed on to a
    /// proxied server is that server's.
    /// </summary>
    /// <param name="at">Where the resource is.</param>
    private static bool IsWhole(string[] parts, int at)
    {
        if (parts.Length <= at)
        {
            return false;
        }

        var isProxied = parts.Length > at + 2 && parts[at + 2] == "proxy";
        var end = isProxied ? at + 3 : parts[^1].Length == 0 ? parts.Length - 1 : parts.Length;
        return end > at && Array.IndexOf(parts, "", 1, end - 1) < 0;
    }

    private static string VerbOf(string method, bool hasName, bool isWatch) => method switch
    {
        "GET" or "HEAD" => hasName ? "get" : isWatch ? "watch" : "list", // A single object is watched by its field metadata.name.
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => hasName ? "delete" : "deletecollection",
        _ => Lower(method),
    };

    private static string Lower(string method) => method switch
    {
        "GET" => "get",
        "POST" => "post",
        "PUT" => "put",
        "PATCH" => "patch",
        "DELETE" => "delete",
        "HEAD" => "head",
        "OPTIONS" => "options",
        _ => "unknown", // A method is any word; it must not become a metric label.
    };
}
