using Navarch.Api.Meta.V1;

namespace Navarch.Api.Networking.V1;

/// <summary>The kind of proxy that serves an Ingress.</summary>
[Resource("networking.k8s.io", "v1", "ingressclasses", Namespaced = false)]
public sealed partial record IngressClass : IResource<IngressClass>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2)]
    public IngressClassSpec Spec { get; init; } = IngressClassSpec.Empty;
}

public sealed partial record IngressClassSpec : IApiType<IngressClassSpec>
{
    /// <summary>Name of the controller that serves the class. Cannot be changed.</summary>
    [Proto(1)]
    public string Controller { get; init; } = "";

    /// <summary>Object with settings for the controller.</summary>
    [Proto(2)]
    public IngressClassParametersReference? Parameters { get; init; }
}

public sealed partial record IngressClassParametersReference : IApiType<IngressClassParametersReference>
{
    [Proto(1), JsonName("apiGroup")]
    public string? APIGroup { get; init; }

    [Proto(2), Required, WrittenWhenEmpty]
    public string Kind { get; init; } = "";

    [Proto(3), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(4), WrittenWhenEmpty]
    public string? Scope { get; init; }

    [Proto(5)]
    public string? Namespace { get; init; }
}
