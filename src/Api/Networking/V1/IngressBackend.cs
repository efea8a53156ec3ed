using Navarch.Api.Core.V1;

namespace Navarch.Api.Networking.V1;

public sealed partial record IngressBackend : IApiType<IngressBackend>
{
    /// <summary>A service of the same namespace.</summary>
    [Proto(4)]
    public IngressServiceBackend? Service { get; init; }

    /// <summary>An object of the same namespace that the controller knows what to do with.</summary>
    [Proto(3)]
    public TypedLocalObjectReference? Resource { get; init; }
}

public sealed partial record IngressServiceBackend : IApiType<IngressServiceBackend>
{
    /// <summary>Name of the service.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    /// <summary>Its port.</summary>
    [Proto(2)]
    public ServiceBackendPort Port { get; init; } = ServiceBackendPort.Empty;
}

[AtomicMap]
public sealed partial record ServiceBackendPort : IApiType<ServiceBackendPort>
{
    /// <summary>Name of the port.</summary>
    [Proto(1)]
    public string Name { get; init; } = "";

    /// <summary>Number of the port.</summary>
    [Proto(2)]
    public int Number { get; init; }
}
