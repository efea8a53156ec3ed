using Navarch.Api.Meta.V1;

namespace Navarch.Api.Core.V1;

/// <summary>The assignment of a pod to a node.</summary>
[Resource("", "v1", "bindings", Namespaced = true)]
public sealed partial record Binding : IResource<Binding>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2), Required]
    public ObjectReference Target { get; init; } = ObjectReference.Empty;
}
