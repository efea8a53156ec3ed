using Navarch.Api.Meta.V1;

namespace Navarch.Api.Storage.V1;

[Resource("storage.k8s.io", "v1", "csistoragecapacities", Namespaced = true)]
public sealed partial record CSIStorageCapacity : IResource<CSIStorageCapacity>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2)]
    public LabelSelector? NodeTopology { get; init; }

    [Proto(3), Required, WrittenWhenEmpty]
    public string StorageClassName { get; init; } = "";

    [Proto(4)]
    public Quantity? Capacity { get; init; }

    [Proto(5)]
    public Quantity? MaximumVolumeSize { get; init; }
}
