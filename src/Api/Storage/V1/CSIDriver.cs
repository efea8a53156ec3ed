using Navarch.Api.Meta.V1;

namespace Navarch.Api.Storage.V1;

[Resource("storage.k8s.io", "v1", "csidrivers", Namespaced = false)]
public sealed partial record CSIDriver : IResource<CSIDriver>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2), Required]
    public CSIDriverSpec Spec { get; init; } = CSIDriverSpec.Empty;
}

public sealed partial record CSIDriverSpec : IApiType<CSIDriverSpec>
{
    [Proto(1)]
    public bool? AttachRequired { get; init; }

    [Proto(2)]
    public bool? PodInfoOnMount { get; init; }

    [Proto(3), ListSet]
    public IReadOnlyList<string> VolumeLifecycleModes { get; init; } = [];

    [Proto(4)]
    public bool? StorageCapacity { get; init; }

    [Proto(5), JsonName("fsGroupPolicy")]
    public string? FSGroupPolicy { get; init; }

    [Proto(6), ListAtomic]
    public IReadOnlyList<TokenRequest> TokenRequests { get; init; } = [];

    [Proto(7)]
    public bool? RequiresRepublish { get; init; }

    [Proto(8), JsonName("seLinuxMount")]
    public bool? SELinuxMount { get; init; }

    [Proto(9)]
    public long? NodeAllocatableUpdatePeriodSeconds { get; init; }

    [Proto(10)]
    public bool? ServiceAccountTokenInSecrets { get; init; }

    [Proto(11)]
    public bool? PreventPodSchedulingIfMissing { get; init; }
}

public sealed partial record TokenRequest : IApiType<TokenRequest>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Audience { get; init; } = "";

    [Proto(2)]
    public long? ExpirationSeconds { get; init; }
}
