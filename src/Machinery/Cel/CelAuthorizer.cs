using Navarch.Machinery.Cel.Library;

namespace Navarch.Machinery.Cel;

/// <summary>Answers what expressions ask about rights.</summary>
public interface ICelAuthorizer
{
    CelDecision Decide(CelAccess access);
}

/// <summary>What somebody wants to do.</summary>
public sealed record CelAccess
{
    /// <summary>Who; null for the caller of the request.</summary>
    public (string Namespace, string Name)? ServiceAccount { get; init; }

    /// <summary>Null for a resource.</summary>
    public string? Path { get; init; }

    public string Verb { get; init; } = "";
    public string Group { get; init; } = "";
    public string Resource { get; init; } = "";
    public string Subresource { get; init; } = "";
    public string Namespace { get; init; } = "";
    public string Name { get; init; } = "";
    public string FieldSelector { get; init; } = "";
    public string LabelSelector { get; init; } = "";
}

/// <param name="Error">Why there is no answer; empty where there is one.</param>
public sealed record CelDecision(bool IsAllowed, string Reason, string Error);

/// <summary>The values that expressions ask about rights with.</summary>
public static class CelAuthorizer
{
    /// <summary>Type of the variable <c>authorizer</c>.</summary>
    public static CelType Type { get; } = CelType.Opaque(Authorizers.TypeName);

    /// <summary>Type of the variable <c>authorizer.requestResource</c>.</summary>
    public static CelType ResourceType { get; } = CelType.Opaque(Authorizers.ResourceCheck);

    public static object Of(ICelAuthorizer authorizer) => new Authorizers.Question(Authorizers.TypeName, authorizer, new CelAccess());

    /// <summary>A question about the resource that a request is about.</summary>
    public static object Of(ICelAuthorizer authorizer, CelAccess access) => new Authorizers.Question(Authorizers.ResourceCheck, authorizer, access);
}
