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
        if (parts is ["", "api" or "apis", _, .., ""] && !path.Contains("/proxy", StringComparison.Ordinal))
        {
            parts = parts[..^1]; // A slash at the end says nothing, but to a proxied server.
        }

        if (parts is not ["", "api" or "apis", ..] || Array.IndexOf(parts, "", 1) is >= 0 and var empty && !IsTail(parts, empty))
        {
            return new RequestInfo { Verb = Lower(method), Path = path };
        }

        var isCore = parts[1] == "api";
        var at = isCore ? 3 : 4;
        if (parts.Length <= at || parts[at].Length == 0)
        {
            return new RequestInfo { Verb = Lower(method), Path = path };
        }

        var info = new RequestInfo
        {
            Verb = "",
            Path = path,
            IsResource = true,
            Group = isCore ? "" : parts[2],
            Version = parts[at - 1],
        };

        // The old form of a watch, which still names what it watches by its path: /api/v1/watch/namespaces/NAME/pods/NAME.
        var isOldWatch = parts[at] == "watch" && method is "GET" && parts.Length > at + 1;
        if (isOldWatch)
        {
            at++;
        }

        // /namespaces/NAME is the namespace itself, /namespaces/NAME/pods is what lies in it.
        if (parts[at] == "namespaces" && parts.Length > at + 2 && parts[at + 2] is not ("status" or "finalize" or ""))
        {
            info = info with { Namespace = parts[at + 1] };
            at += 2;
        }
        else if (parts[at] == "namespaces" && parts.Length > at + 1)
        {
            info = info with { Namespace = parts[at + 1] };
        }

        info = info with
        {
            Resource = parts[at],
            Name = parts.Length > at + 1 ? parts[at + 1] : "",
            Subresource = parts.Length > at + 2 ? parts[at + 2] : "",
            Rest = parts.Length > at + 3 ? "/" + string.Join('/', parts[(at + 3)..]) : "",
        };
        return info with { Verb = isOldWatch ? "watch" : VerbOf(method, info.Name.Length > 0, isWatch) };
    }

    private static bool IsTail(string[] parts, int empty)
    {
        // Empty segments are meaningful only in what is passed on to a proxied server.
        var proxy = Array.IndexOf(parts, "proxy");
        return proxy > 0 && empty > proxy;
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
