using Navarch.Api.Meta.V1;

namespace Navarch.Api.Autoscaling.V1;

/// <summary>The wanted and the present size of a workload.</summary>
[ApiObject("autoscaling", "v1")]
public sealed partial record Scale : IApiType<Scale>
{
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2)]
    public ScaleSpec Spec { get; init; } = ScaleSpec.Empty;

    [Proto(3)]
    public ScaleStatus Status { get; init; } = ScaleStatus.Empty;
}

public sealed partial record ScaleSpec : IApiType<ScaleSpec>
{
    [Proto(1), Default(0)]
    public int Replicas { get; init; }
}

public sealed partial record ScaleStatus : IApiType<ScaleStatus>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public int Replicas { get; init; }

    [Proto(2)]
    public string Selector { get; init; } = "";
}
