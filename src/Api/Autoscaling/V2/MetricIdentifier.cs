using Navarch.Api.Meta.V1;

namespace Navarch.Api.Autoscaling.V2;

public sealed partial record MetricIdentifier : IApiType<MetricIdentifier>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(2)]
    public LabelSelector? Selector { get; init; }
}
