using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.Api.DynamicResources.V1;

[Resource("resource.k8s.io", "v1", "resourceslices", Namespaced = false)]
public sealed partial record ResourceSlice : IResource<ResourceSlice>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2), Required]
    public ResourceSliceSpec Spec { get; init; } = ResourceSliceSpec.Empty;
}

public sealed partial record ResourceSliceSpec : IApiType<ResourceSliceSpec>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Driver { get; init; } = "";

    [Proto(2), Required]
    public ResourcePool Pool { get; init; } = ResourcePool.Empty;

    [Proto(3)]
    public string? NodeName { get; init; }

    [Proto(4)]
    public NodeSelector? NodeSelector { get; init; }

    [Proto(5)]
    public bool? AllNodes { get; init; }

    [Proto(6), ListAtomic]
    public IReadOnlyList<Device> Devices { get; init; } = [];

    [Proto(7)]
    public bool? PerDeviceNodeSelection { get; init; }

    [Proto(8), ListAtomic]
    public IReadOnlyList<CounterSet> SharedCounters { get; init; } = [];
}

public sealed partial record CounterSet : IApiType<CounterSet>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(2), Required]
    public Map<Counter> Counters { get; init; } = [];
}

public sealed partial record Device : IApiType<Device>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(2)]
    public Map<DeviceAttribute> Attributes { get; init; } = [];

    [Proto(3)]
    public Map<DeviceCapacity> Capacity { get; init; } = [];

    [Proto(4), ListAtomic]
    public IReadOnlyList<DeviceCounterConsumption> ConsumesCounters { get; init; } = [];

    [Proto(5)]
    public string? NodeName { get; init; }

    [Proto(6)]
    public NodeSelector? NodeSelector { get; init; }

    [Proto(7)]
    public bool? AllNodes { get; init; }

    [Proto(8), ListAtomic]
    public IReadOnlyList<DeviceTaint> Taints { get; init; } = [];

    [Proto(9)]
    public bool? BindsToNode { get; init; }

    [Proto(10), ListAtomic]
    public IReadOnlyList<string> BindingConditions { get; init; } = [];

    [Proto(11), ListAtomic]
    public IReadOnlyList<string> BindingFailureConditions { get; init; } = [];

    [Proto(12)]
    public bool? AllowMultipleAllocations { get; init; }

    [Proto(13)]
    public Map<NodeAllocatableResourceMapping> NodeAllocatableResourceMappings { get; init; } = [];
}

public sealed partial record DeviceAttribute : IApiType<DeviceAttribute>
{
    [Proto(2), JsonName("int")]
    public long? IntValue { get; init; }

    [Proto(3), JsonName("bool")]
    public bool? BoolValue { get; init; }

    [Proto(4), JsonName("string")]
    public string? StringValue { get; init; }

    [Proto(5), JsonName("version")]
    public string? VersionValue { get; init; }

    [Proto(6), JsonName("ints"), ListAtomic]
    public IReadOnlyList<long> IntValues { get; init; } = [];

    [Proto(7), JsonName("bools"), ListAtomic]
    public IReadOnlyList<bool> BoolValues { get; init; } = [];

    [Proto(8), JsonName("strings"), ListAtomic]
    public IReadOnlyList<string> StringValues { get; init; } = [];

    [Proto(9), JsonName("versions"), ListAtomic]
    public IReadOnlyList<string> VersionValues { get; init; } = [];
}

public sealed partial record DeviceCapacity : IApiType<DeviceCapacity>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public Quantity Value { get; init; }

    [Proto(2)]
    public CapacityRequestPolicy? RequestPolicy { get; init; }
}

public sealed partial record CapacityRequestPolicy : IApiType<CapacityRequestPolicy>
{
    [Proto(1), WrittenWhenEmpty]
    public Quantity? Default { get; init; }

    [Proto(3), ListAtomic]
    public IReadOnlyList<Quantity> ValidValues { get; init; } = [];

    [Proto(4)]
    public CapacityRequestPolicyRange? ValidRange { get; init; }
}

public sealed partial record CapacityRequestPolicyRange : IApiType<CapacityRequestPolicyRange>
{
    [Proto(1), Required]
    public Quantity? Min { get; init; }

    [Proto(2)]
    public Quantity? Max { get; init; }

    [Proto(3)]
    public Quantity? Step { get; init; }
}

public sealed partial record DeviceCounterConsumption : IApiType<DeviceCounterConsumption>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string CounterSet { get; init; } = "";

    [Proto(2), Required]
    public Map<Counter> Counters { get; init; } = [];
}

public sealed partial record DeviceTaint : IApiType<DeviceTaint>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Key { get; init; } = "";

    [Proto(2)]
    public string Value { get; init; } = "";

    [Proto(3), Required, WrittenWhenEmpty, OneOf(typeof(DeviceTaintEffect))]
    public string Effect { get; init; } = "";

    [Proto(4)]
    public DateTimeOffset? TimeAdded { get; init; }
}

public sealed partial record NodeAllocatableResourceMapping : IApiType<NodeAllocatableResourceMapping>
{
    [Proto(1)]
    public string? CapacityKey { get; init; }

    [Proto(2)]
    public Quantity? AllocationMultiplier { get; init; }
}

public sealed partial record ResourcePool : IApiType<ResourcePool>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public long Generation { get; init; }

    [Proto(3), Required, WrittenWhenEmpty]
    public long ResourceSliceCount { get; init; }
}
