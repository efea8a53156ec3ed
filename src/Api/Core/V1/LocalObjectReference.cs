namespace Navarch.Api.Core.V1;

/// <summary>Refers to an object of the same namespace.</summary>
[AtomicMap]
public sealed partial record LocalObjectReference : IApiType<LocalObjectReference>
{
    /// <summary>Its name.</summary>
    [Proto(1), Default("")]
    public string Name { get; init; } = "";
}
