namespace Navarch.Api.Meta.V1;

[AtomicMap]
public sealed partial record OwnerReference : IApiType<OwnerReference>
{
    /// <summary>Group and version of the owner's kind.</summary>
    [Proto(5), JsonName("apiVersion"), Required, WrittenWhenEmpty]
    public string APIVersion { get; init; } = "";

    /// <summary>Kind of the owner.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Kind { get; init; } = "";

    /// <summary>Name of the owner, which is in the same namespace or cluster-wide.</summary>
    [Proto(3), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    /// <summary>Identity of the owner.</summary>
    [Proto(4), JsonName("uid"), Required, WrittenWhenEmpty]
    public string UID { get; init; } = "";

    /// <summary>Whether this owner controls the object; one can.</summary>
    [Proto(6)]
    public bool? Controller { get; init; }

    /// <summary>Whether an owner deleted in the foreground waits for this object.</summary>
    [Proto(7)]
    public bool? BlockOwnerDeletion { get; init; }
}
