namespace Navarch.Api.Core.V1;

/// <summary>A reason not to place the pod yet.</summary>
public sealed partial record PodSchedulingGate : IApiType<PodSchedulingGate>
{
    /// <summary>Name, unique in the pod.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";
}
