using Navarch.Api.Meta.V1;

namespace Navarch.Api.Core.V1;

/// <summary>Confidential data, such as passwords and keys, that pods read as files or environment variables.</summary>
[Resource("", "v1", "secrets", Namespaced = true)]
public sealed partial record Secret : IResource<Secret>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>Whether data may still change. Once set it stays.</summary>
    [Proto(5)]
    public bool? Immutable { get; init; }

    /// <summary>Keys and their values, base64 in JSON.</summary>
    [Proto(2)]
    public Map<ReadOnlyMemory<byte>> Data { get; init; } = [];

    /// <summary>Values given as plain text; stored in data and never returned.</summary>
    [Proto(4)]
    public Map<string> StringData { get; init; } = [];

    /// <summary>What the secret is for; decides which keys it must have.</summary>
    [Proto(3)]
    public string Type { get; init; } = "";
}
