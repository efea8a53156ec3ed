namespace Navarch.Client;

/// <summary>Which objects of a kind, as of when, and how many at once. Empty text means "not said".</summary>
public sealed record ListQuery
{
    public static readonly ListQuery All = new();

    /// <summary>Empty for all namespaces and for cluster-wide kinds.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>For example <c>app=web,tier in (a,b),!canary</c>.</summary>
    public string LabelSelector { get; init; } = "";

    /// <summary>For example <c>spec.nodeName=node-1</c>.</summary>
    public string FieldSelector { get; init; } = "";

    /// <summary>
    /// List: empty reads the newest, <c>0</c> anything cached, else see <see cref="ResourceVersionMatch"/>.
    /// Watch: events after this version; empty or <c>0</c> start with everything that exists.
    /// </summary>
    public string ResourceVersion { get; init; } = "";

    /// <summary><c>NotOlderThan</c> or <c>Exact</c>.</summary>
    public string ResourceVersionMatch { get; init; } = "";

    /// <summary>Objects per page; 0 is all in one.</summary>
    public int Limit { get; init; }

    /// <summary>Token of the page before, from <c>ListMeta.Continue</c>.</summary>
    public string Continue { get; init; } = "";

    /// <summary>Watch: ask for <see cref="WatchEventType.Bookmark"/> events.</summary>
    public bool AllowWatchBookmarks { get; init; } = true;

    /// <summary>Watch: begin with what exists, closed by a bookmark with the annotation <c>k8s.io/initial-events-end</c>.</summary>
    public bool? SendInitialEvents { get; init; }

    /// <summary>Seconds after which the server ends a watch; null leaves it to the server.</summary>
    public int? TimeoutSeconds { get; init; }

    public static ListQuery In(string @namespace) => new() { Namespace = @namespace };
}
