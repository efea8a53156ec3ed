namespace Navarch.Api.Networking.V1;

public sealed partial record HTTPIngressRuleValue : IApiType<HTTPIngressRuleValue>
{
    /// <summary>The paths; the longest that matches wins.</summary>
    [Proto(1), Required, WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<HTTPIngressPath> Paths { get; init; } = [];
}

public sealed partial record HTTPIngressPath : IApiType<HTTPIngressPath>
{
    /// <summary>Path to match; begins with /.</summary>
    [Proto(1)]
    public string Path { get; init; } = "";

    /// <summary>Exact, Prefix (by whole elements), or ImplementationSpecific.</summary>
    [Proto(3), Required, WrittenWhenEmpty, OneOf(typeof(PathType))]
    public string? PathType { get; init; }

    /// <summary>Where it leads.</summary>
    [Proto(2), Required]
    public IngressBackend Backend { get; init; } = IngressBackend.Empty;
}

/// <summary>The values of a PathType.</summary>
public static class PathType
{
    public const string Exact = "Exact";
    public const string ImplementationSpecific = "ImplementationSpecific";
    public const string Prefix = "Prefix";
}
