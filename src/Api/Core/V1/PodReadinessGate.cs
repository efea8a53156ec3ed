namespace Navarch.Api.Core.V1;

/// <summary>A condition that counts towards readiness.</summary>
public sealed partial record PodReadinessGate : IApiType<PodReadinessGate>
{
    /// <summary>Type of the condition in the pod's status.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string ConditionType { get; init; } = "";
}
