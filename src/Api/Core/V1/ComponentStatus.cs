using Navarch.Api.Meta.V1;

namespace Navarch.Api.Core.V1;

/// <summary>The health of a control plane component; deprecated.</summary>
[Resource("", "v1", "componentstatuses", Namespaced = false, ShortNames = ["cs"])]
public sealed partial record ComponentStatus : IResource<ComponentStatus>
{
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2), Merge("type"), ListMap("type")]
    public IReadOnlyList<ComponentCondition> Conditions { get; init; } = [];
}

public sealed partial record ComponentCondition : IApiType<ComponentCondition>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Type { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string Status { get; init; } = "";

    [Proto(3)]
    public string Message { get; init; } = "";

    [Proto(4)]
    public string Error { get; init; } = "";
}
