using Navarch.Api.Meta.V1;

namespace Navarch.Api.Apps.V1;

/// <summary>A stored state of a workload's template, to which it can be rolled back.</summary>
[Resource("apps", "v1", "controllerrevisions", Namespaced = true)]
public sealed partial record ControllerRevision : IResource<ControllerRevision>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2), WrittenWhenEmpty]
    public RawExtension? Data { get; init; }

    [Proto(3), Required, WrittenWhenEmpty]
    public long Revision { get; init; }
}
