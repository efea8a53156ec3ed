using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.Api.DynamicResources.V1;

[Resource("resource.k8s.io", "v1", "resourceclaims", Namespaced = true)]
public sealed partial record ResourceClaim : IResource<ResourceClaim>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2), Required]
    public ResourceClaimSpec Spec { get; init; } = ResourceClaimSpec.Empty;

    /// <summary>The observed state; written by the cluster, not by users.</summary>
    [Proto(3)]
    public ResourceClaimStatus Status { get; init; } = ResourceClaimStatus.Empty;
}

public sealed partial record ResourceClaimSpec : IApiType<ResourceClaimSpec>
{
    [Proto(1)]
    public DeviceClaim Devices { get; init; } = DeviceClaim.Empty;
}

public sealed partial record ResourceClaimStatus : IApiType<ResourceClaimStatus>
{
    [Proto(1)]
    public AllocationResult? Allocation { get; init; }

    [Proto(2), Merge("uid"), ListMap("uid")]
    public IReadOnlyList<ResourceClaimConsumerReference> ReservedFor { get; init; } = [];

    [Proto(4), ListMap("driver", "device", "pool", "shareID")]
    public IReadOnlyList<AllocatedDeviceStatus> Devices { get; init; } = [];
}

public sealed partial record AllocatedDeviceStatus : IApiType<AllocatedDeviceStatus>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Driver { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string Pool { get; init; } = "";

    [Proto(3), Required, WrittenWhenEmpty]
    public string Device { get; init; } = "";

    [Proto(7)]
    public string? ShareID { get; init; }

    [Proto(4), WrittenWhenEmpty, ListMap("type")]
    public IReadOnlyList<Condition> Conditions { get; init; } = [];

    [Proto(5)]
    public RawExtension? Data { get; init; }

    [Proto(6)]
    public NetworkDeviceData? NetworkData { get; init; }
}

public sealed partial record AllocationResult : IApiType<AllocationResult>
{
    [Proto(1)]
    public DeviceAllocationResult Devices { get; init; } = DeviceAllocationResult.Empty;

    [Proto(3)]
    public NodeSelector? NodeSelector { get; init; }

    [Proto(5)]
    public DateTimeOffset? AllocationTimestamp { get; init; }
}

public sealed partial record DeviceAllocationResult : IApiType<DeviceAllocationResult>
{
    [Proto(1), ListAtomic]
    public IReadOnlyList<DeviceRequestAllocationResult> Results { get; init; } = [];

    [Proto(2), ListAtomic]
    public IReadOnlyList<DeviceAllocationConfiguration> Config { get; init; } = [];
}

public sealed partial record DeviceAllocationConfiguration : IApiType<DeviceAllocationConfiguration>
{
    [Proto(1), Required, WrittenWhenEmpty, OneOf(typeof(AllocationConfigSource))]
    public string Source { get; init; } = "";

    [Proto(2), ListAtomic]
    public IReadOnlyList<string> Requests { get; init; } = [];

    [Proto(1, In = [3])]
    public OpaqueDeviceConfiguration? Opaque { get; init; }
}

/// <summary>The values of a AllocationConfigSource.</summary>
public static class AllocationConfigSource
{
    public const string Claim = "FromClaim";
    public const string Class = "FromClass";
}

public sealed partial record DeviceClaim : IApiType<DeviceClaim>
{
    [Proto(1), WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<DeviceRequest> Requests { get; init; } = [];

    [Proto(2), ListAtomic]
    public IReadOnlyList<DeviceConstraint> Constraints { get; init; } = [];

    [Proto(3), ListAtomic]
    public IReadOnlyList<DeviceClaimConfiguration> Config { get; init; } = [];
}

public sealed partial record DeviceClaimConfiguration : IApiType<DeviceClaimConfiguration>
{
    [Proto(1), ListAtomic]
    public IReadOnlyList<string> Requests { get; init; } = [];

    [Proto(1, In = [2])]
    public OpaqueDeviceConfiguration? Opaque { get; init; }
}

public sealed partial record DeviceConstraint : IApiType<DeviceConstraint>
{
    [Proto(1), ListAtomic]
    public IReadOnlyList<string> Requests { get; init; } = [];

    [Proto(2)]
    public string? MatchAttribute { get; init; }

    [Proto(3)]
    public string? DistinctAttribute { get; init; }
}

public sealed partial record DeviceRequest : IApiType<DeviceRequest>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(2)]
    public ExactDeviceRequest? Exactly { get; init; }

    [Proto(3), ListAtomic]
    public IReadOnlyList<DeviceSubRequest> FirstAvailable { get; init; } = [];
}

public sealed partial record DeviceRequestAllocationResult : IApiType<DeviceRequestAllocationResult>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Request { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string Driver { get; init; } = "";

    [Proto(3), Required, WrittenWhenEmpty]
    public string Pool { get; init; } = "";

    [Proto(4), Required, WrittenWhenEmpty]
    public string Device { get; init; } = "";

    [Proto(5)]
    public bool? AdminAccess { get; init; }

    [Proto(6), ListAtomic]
    public IReadOnlyList<DeviceToleration> Tolerations { get; init; } = [];

    [Proto(7), ListAtomic]
    public IReadOnlyList<string> BindingConditions { get; init; } = [];

    [Proto(8), ListAtomic]
    public IReadOnlyList<string> BindingFailureConditions { get; init; } = [];

    [Proto(9)]
    public string? ShareID { get; init; }

    [Proto(10)]
    public Map<Quantity> ConsumedCapacity { get; init; } = [];
}

public sealed partial record DeviceSubRequest : IApiType<DeviceSubRequest>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string DeviceClassName { get; init; } = "";

    [Proto(3), ListAtomic]
    public IReadOnlyList<DeviceSelector> Selectors { get; init; } = [];

    [Proto(4), OneOf(typeof(DeviceAllocationMode))]
    public string AllocationMode { get; init; } = "";

    [Proto(5)]
    public long Count { get; init; }

    [Proto(6), ListAtomic]
    public IReadOnlyList<DeviceToleration> Tolerations { get; init; } = [];

    [Proto(7)]
    public CapacityRequirements? Capacity { get; init; }
}
