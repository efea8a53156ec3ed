namespace Navarch.Api.Autoscaling.V2;

public sealed partial record CrossVersionObjectReference : IApiType<CrossVersionObjectReference>
{
    /// <summary>Kind of the object.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Kind { get; init; } = "";

    /// <summary>Its name.</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    /// <summary>Group and version of its kind.</summary>
    [Proto(3), JsonName("apiVersion")]
    public string APIVersion { get; init; } = "";
}
