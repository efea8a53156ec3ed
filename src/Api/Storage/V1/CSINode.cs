using Navarch.Api.Meta.V1;

namespace Navarch.Api.Storage.V1;

[Resource("storage.k8s.io", "v1", "csinodes", Namespaced = false)]
public sealed partial record CSINode : IResource<CSINode>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2), Required]
    public CSINodeSpec Spec { get; init; } = CSINodeSpec.Empty;
}

public sealed partial record CSINodeSpec : IApiType<CSINodeSpec>
{
    [Proto(1), Required, WrittenWhenEmpty, Merge("name"), ListMap("name")]
    public IReadOnlyList<CSINodeDriver> Drivers { get; init; } = [];
}

public sealed partial record CSINodeDriver : IApiType<CSINodeDriver>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string NodeID { get; init; } = "";

    [Proto(3), WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<string> TopologyKeys { get; init; } = [];

    [Proto(4)]
    public VolumeNodeResources? Allocatable { get; init; }
}

public sealed partial record VolumeNodeResources : IApiType<VolumeNodeResources>
{
    [Proto(1)]
    public int? Count { get; init; }
}
