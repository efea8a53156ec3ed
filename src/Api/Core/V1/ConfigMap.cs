using Navarch.Api.Meta.V1;

namespace Navarch.Api.Core.V1;

/// <summary>Configuration that pods read as files or environment variables.</summary>
[Resource("", "v1", "configmaps", Namespaced = true, ShortNames = ["cm"])]
public sealed partial record ConfigMap : IResource<ConfigMap>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>Forbid any further change of the data.</summary>
    [Proto(4)]
    public bool? Immutable { get; init; }

    /// <summary>Keys and their UTF-8 values.</summary>
    [Proto(2)]
    public Map<string> Data { get; init; } = [];

    /// <summary>Keys and their values as bytes.</summary>
    [Proto(3)]
    public Map<ReadOnlyMemory<byte>> BinaryData { get; init; } = [];
}
