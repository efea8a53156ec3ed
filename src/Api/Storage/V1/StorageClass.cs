using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.Api.Storage.V1;

/// <summary>A kind of storage and who provides it.</summary>
[Resource("storage.k8s.io", "v1", "storageclasses", Namespaced = false, ShortNames = ["sc"])]
public sealed partial record StorageClass : IResource<StorageClass>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>Who makes the volumes.</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public string Provisioner { get; init; } = "";

    /// <summary>Settings for the provisioner.</summary>
    [Proto(3)]
    public Map<string> Parameters { get; init; } = [];

    /// <summary>What becomes of volumes whose claim is deleted: Delete (default) or Retain.</summary>
    [Proto(4), OneOf(typeof(PersistentVolumeReclaimPolicy))]
    public string? ReclaimPolicy { get; init; }

    /// <summary>Options to mount the volumes with.</summary>
    [Proto(5), ListAtomic]
    public IReadOnlyList<string> MountOptions { get; init; } = [];

    /// <summary>Whether claims may grow.</summary>
    [Proto(6)]
    public bool? AllowVolumeExpansion { get; init; }

    /// <summary>Immediate (default), or WaitForFirstConsumer: the volume is made where the first pod runs.</summary>
    [Proto(7), OneOf(typeof(VolumeBindingMode))]
    public string? VolumeBindingMode { get; init; }

    /// <summary>Nodes at which volumes can be made.</summary>
    [Proto(8), ListAtomic]
    public IReadOnlyList<TopologySelectorTerm> AllowedTopologies { get; init; } = [];
}

/// <summary>The values of a VolumeBindingMode.</summary>
public static class VolumeBindingMode
{
    public const string VolumeBindingImmediate = "Immediate";
    public const string VolumeBindingWaitForFirstConsumer = "WaitForFirstConsumer";
}
