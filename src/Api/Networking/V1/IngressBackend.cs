using Navarch.Api.Core.V1;

namespace Navarch.Api.Networking.V1;

public sealed partial record IngressBackend : IApiType<IngressBackend>
{
    [Proto(4)]
    public IngressServiceBackend? Service { get; init; }

    [Proto(3)]
    public TypedLocalObjectReference? Resource { get; init; }
}

public sealed partial record IngressServiceBackend : IApiType<IngressServiceBackend>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(2)]
    public ServiceBackendPort Port { get; init; } = ServiceBackendPort.Empty;
}

[AtomicMap]
public sealed partial record ServiceBackendPort : IApiType<ServiceBackendPort>
{
    [Proto(1)]
    public string Name { get; init; } = "";

    [Proto(2)]
    public int Number { get; init; }
}
