namespace Navarch.Api.Core.V1;

/// <summary>Refers to an object.</summary>
[AtomicMap]
public sealed partial record ObjectReference : IApiType<ObjectReference>
{
    /// <summary>Its kind.</summary>
    [Proto(1)]
    public string Kind { get; init; } = "";

    /// <summary>Its namespace.</summary>
    [Proto(2)]
    public string Namespace { get; init; } = "";

    /// <summary>Its name.</summary>
    [Proto(3)]
    public string Name { get; init; } = "";

    /// <summary>Its identity.</summary>
    [Proto(4), JsonName("uid")]
    public string UID { get; init; } = "";

    /// <summary>Group and version of its kind.</summary>
    [Proto(5), JsonName("apiVersion")]
    public string APIVersion { get; init; } = "";

    /// <summary>The version of it that is meant.</summary>
    [Proto(6)]
    public string ResourceVersion { get; init; } = "";

    /// <summary>The part of it that is meant, such as spec.containers{web}.</summary>
    [Proto(7)]
    public string FieldPath { get; init; } = "";
}
