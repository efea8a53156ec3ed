using Navarch.Api.Meta.V1;

namespace Navarch.Api.Core.V1;

/// <summary>The health of a control plane component; deprecated.</summary>
[Resource("", "v1", "componentstatuses", Namespaced = false, ShortNames = ["cs"])]
public sealed partial record ComponentStatus : IResource<ComponentStatus>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2), Merge("type"), ListMap("type")]
    public IReadOnlyList<ComponentCondition> Conditions { get; init; } = [];
}

public sealed partial record ComponentCondition : IApiType<ComponentCondition>
{
    /// <summary>What is spoken of.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Type { get; init; } = "";

    /// <summary>True, False or Unknown.</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public string Status { get; init; } = "";

    /// <summary>A sentence about it, for people.</summary>
    [Proto(3)]
    public string Message { get; init; } = "";

    [Proto(4)]
    public string Error { get; init; } = "";
}
