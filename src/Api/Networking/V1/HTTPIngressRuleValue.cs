namespace Navarch.Api.Networking.V1;

public sealed partial record HTTPIngressRuleValue : IApiType<HTTPIngressRuleValue>
{
    [Proto(1), Required, WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<HTTPIngressPath> Paths { get; init; } = [];
}

public sealed partial record HTTPIngressPath : IApiType<HTTPIngressPath>
{
    [Proto(1)]
    public string Path { get; init; } = "";

    [Proto(3), Required, WrittenWhenEmpty, OneOf(typeof(PathType))]
    public string? PathType { get; init; }

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
