using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.Api.Storage.V1;

[Resource("storage.k8s.io", "v1", "volumeattachments", Namespaced = false)]
public sealed partial record VolumeAttachment : IResource<VolumeAttachment>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2), Required]
    public VolumeAttachmentSpec Spec { get; init; } = VolumeAttachmentSpec.Empty;

    /// <summary>The observed state; written by the cluster, not by users.</summary>
    [Proto(3)]
    public VolumeAttachmentStatus Status { get; init; } = VolumeAttachmentStatus.Empty;
}

public sealed partial record VolumeAttachmentSpec : IApiType<VolumeAttachmentSpec>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Attacher { get; init; } = "";

    [Proto(2), Required]
    public VolumeAttachmentSource Source { get; init; } = VolumeAttachmentSource.Empty;

    [Proto(3), Required, WrittenWhenEmpty]
    public string NodeName { get; init; } = "";
}

public sealed partial record VolumeAttachmentStatus : IApiType<VolumeAttachmentStatus>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public bool Attached { get; init; }

    [Proto(2)]
    public Map<string> AttachmentMetadata { get; init; } = [];

    [Proto(3)]
    public VolumeError? AttachError { get; init; }

    [Proto(4)]
    public VolumeError? DetachError { get; init; }
}

public sealed partial record VolumeAttachmentSource : IApiType<VolumeAttachmentSource>
{
    [Proto(1)]
    public string? PersistentVolumeName { get; init; }

    [Proto(2)]
    public PersistentVolumeSpec? InlineVolumeSpec { get; init; }
}

public sealed partial record VolumeError : IApiType<VolumeError>
{
    [Proto(1), WrittenWhenEmpty]
    public DateTimeOffset? Time { get; init; }

    [Proto(2)]
    public string Message { get; init; } = "";

    [Proto(3)]
    public int? ErrorCode { get; init; }
}
