namespace Navarch.Api.Core.V1;

/// <summary>A mark of a node that keeps pods away.</summary>
public sealed partial record Taint : IApiType<Taint>
{
    /// <summary>Key of the taint.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Key { get; init; } = "";

    /// <summary>Its value; may be empty.</summary>
    [Proto(2)]
    public string Value { get; init; } = "";

    /// <summary>NoSchedule: new pods stay away; PreferNoSchedule: if they can; NoExecute: running pods leave, too.</summary>
    [Proto(3), Required, WrittenWhenEmpty, OneOf(typeof(TaintEffect))]
    public string Effect { get; init; } = "";

    /// <summary>When a NoExecute taint was added.</summary>
    [Proto(4)]
    public DateTimeOffset? TimeAdded { get; init; }
}
