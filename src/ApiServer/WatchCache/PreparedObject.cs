using Navarch.Api;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.WatchCache;

/// <summary>
/// An object ready to be stored: encoded once, with everything a reader will want but the version, which is known only
/// when it is stored. Travels through the store as the state of the write.
/// </summary>
internal sealed class PreparedObject
{
    public required Kind Kind { get; init; }

    public required string Key { get; init; }

    public required string Namespace { get; init; }

    public required string Name { get; init; }

    public required IResource Value { get; init; }

    /// <summary>The object with kind and apiVersion, without resourceVersion: what the store keeps.</summary>
    public required byte[] Json { get; init; }

    /// <summary>Where in <see cref="Json"/> the resourceVersion goes.</summary>
    public required int VersionPosition { get; init; }

    public required Map<string> Labels { get; init; }

    public required string[] Fields { get; init; }

    /// <summary>What the write became, once the cache has seen it.</summary>
    public StoredObject? Applied { get; set; }
}
