namespace Navarch.Api.Meta.V1;

[AtomicMap]
public sealed partial record OwnerReference : IApiType<OwnerReference>
{
    [Proto(5), JsonName("apiVersion"), Required, WrittenWhenEmpty]
    public string APIVersion { get; init; } = "";

    [Proto(1), Required, WrittenWhenEmpty]
    public string Kind { get; init; } = "";

    [Proto(3), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(4), JsonName("uid"), Required, WrittenWhenEmpty]
    public string UID { get; init; } = "";

    [Proto(6)]
    public bool? Controller { get; init; }

    [Proto(7)]
    public bool? BlockOwnerDeletion { get; init; }
}
