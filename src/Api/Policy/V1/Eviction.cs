using Navarch.Api.Meta.V1;

namespace Navarch.Api.Policy.V1;

/// <summary>A request to remove a pod that respects disruption budgets.</summary>
[ApiObject("policy", "v1")]
public sealed partial record Eviction : IApiType<Eviction>
{
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2)]
    public DeleteOptions? DeleteOptions { get; init; }
}
