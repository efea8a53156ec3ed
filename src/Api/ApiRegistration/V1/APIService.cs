using Navarch.Api.Meta.V1;

namespace Navarch.Api.ApiRegistration.V1;

[Resource("apiregistration.k8s.io", "v1", "apiservices", Namespaced = false, Categories = ["api-extensions"])]
public sealed partial record APIService : IResource<APIService>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2)]
    public APIServiceSpec Spec { get; init; } = APIServiceSpec.Empty;

    /// <summary>The observed state; written by the cluster, not by users.</summary>
    [Proto(3)]
    public APIServiceStatus Status { get; init; } = APIServiceStatus.Empty;
}

public sealed partial record APIServiceSpec : IApiType<APIServiceSpec>
{
    [Proto(1)]
    public ServiceReference? Service { get; init; }

    [Proto(2)]
    public string Group { get; init; } = "";

    [Proto(3)]
    public string Version { get; init; } = "";

    [Proto(4)]
    public bool InsecureSkipTLSVerify { get; init; }

    [Proto(5), JsonName("caBundle"), ListAtomic]
    public ReadOnlyMemory<byte> CABundle { get; init; }

    [Proto(7), Required, WrittenWhenEmpty]
    public int GroupPriorityMinimum { get; init; }

    [Proto(8), Required, WrittenWhenEmpty]
    public int VersionPriority { get; init; }
}

public sealed partial record APIServiceStatus : IApiType<APIServiceStatus>
{
    [Proto(1), Merge("type"), ListMap("type")]
    public IReadOnlyList<APIServiceCondition> Conditions { get; init; } = [];
}

public sealed partial record APIServiceCondition : IApiType<APIServiceCondition>
{
    /// <summary>What is spoken of.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Type { get; init; } = "";

    /// <summary>True, False or Unknown.</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public string Status { get; init; } = "";

    /// <summary>When the status changed last.</summary>
    [Proto(3), WrittenWhenEmpty]
    public DateTimeOffset? LastTransitionTime { get; init; }

    /// <summary>One word about the last change, for machines.</summary>
    [Proto(4)]
    public string Reason { get; init; } = "";

    /// <summary>A sentence about it, for people.</summary>
    [Proto(5)]
    public string Message { get; init; } = "";
}

public sealed partial record ServiceReference : IApiType<ServiceReference>
{
    [Proto(1)]
    public string Namespace { get; init; } = "";

    [Proto(2)]
    public string Name { get; init; } = "";

    [Proto(3)]
    public int? Port { get; init; }
}
