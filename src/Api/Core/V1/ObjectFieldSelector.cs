namespace Navarch.Api.Core.V1;

/// <summary>A field of the pod.</summary>
[AtomicMap]
public sealed partial record ObjectFieldSelector : IApiType<ObjectFieldSelector>
{
    /// <summary>Version the path is written for. Default v1.</summary>
    [Proto(1), JsonName("apiVersion")]
    public string APIVersion { get; init; } = "";

    /// <summary>The path, such as metadata.labels['app'].</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public string FieldPath { get; init; } = "";
}
