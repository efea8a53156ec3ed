using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.Api.Storage.V1;

/// <summary>A kind of storage and who provides it.</summary>
[Resource("storage.k8s.io", "v1", "storageclasses", Namespaced = false, ShortNames = ["sc"])]
public sealed partial record StorageClass : IResource<StorageClass>
{
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2), Required, WrittenWhenEmpty]
    public string Provisioner { get; init; } = "";

    [Proto(3)]
    public Map<string> Parameters { get; init; } = [];

    [Proto(4), OneOf(typeof(PersistentVolumeReclaimPolicy))]
    public string? ReclaimPolicy { get; init; }

    [Proto(5), ListAtomic]
    public IReadOnlyList<string> MountOptions { get; init; } = [];

    [Proto(6)]
    public bool? AllowVolumeExpansion { get; init; }

    [Proto(7), OneOf(typeof(VolumeBindingMode))]
    public string? VolumeBindingMode { get; init; }

    [Proto(8), ListAtomic]
    public IReadOnlyList<TopologySelectorTerm> AllowedTopologies { get; init; } = [];
}

/// <summary>The values of a VolumeBindingMode.</summary>
public static class VolumeBindingMode
{
    public const string VolumeBindingImmediate = "Immediate";
    public const string VolumeBindingWaitForFirstConsumer = "WaitForFirstConsumer";
}
