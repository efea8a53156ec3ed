namespace Navarch.Api.Core.V1;

public sealed partial record PodReadinessGate : IApiType<PodReadinessGate>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string ConditionType { get; init; } = "";
}
