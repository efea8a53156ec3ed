using Navarch.Api;

namespace Navarch.Machinery.OpenApi;

/// <summary>A kind as it is served: what its documents are made from.</summary>
/// <param name="Verbs">As in discovery: create, delete, deletecollection, get, list, patch, update, watch.</param>
public sealed record OpenApiResource(ResourceType Type, Schema Schema, IReadOnlyList<string> Verbs)
{
    public IReadOnlyList<OpenApiSubresource> Subresources { get; init; } = [];

    internal string GroupVersion => Type.ApiVersion;

    /// <summary>Where the documents of its group version are: <c>api/v1</c>, <c>apis/apps/v1</c>.</summary>
    internal string Root => (Type.Group.Length == 0 ? "api/" : "apis/") + Type.ApiVersion;
}

/// <summary>A path below the objects of a kind.</summary>
/// <param name="Name">Such as <c>status</c>.</param>
/// <param name="Verbs">As in discovery; <c>get</c> and <c>create</c> of a connection are two ways to open it.</param>
public sealed record OpenApiSubresource(string Name, IReadOnlyList<string> Verbs)
{
    /// <summary>What is sent and answered, where that is not the kind itself.</summary>
    public Schema? Body { get; init; }

    /// <summary>The path opens a connection or answers with plain text: there is no object to describe.</summary>
    public bool IsConnection { get; init; }

    /// <summary>The core kind of a connection's options, such as <c>PodExecOptions</c>. Clients take a PATCH that bears the kind's own name for the kind's.</summary>
    public string OptionsKind { get; init; } = "";
}
