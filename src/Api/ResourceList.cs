using Navarch.Api.Meta.V1;

namespace Navarch.Api;

/// <summary>A list of objects and the version of the collection it shows.</summary>
public sealed record ResourceList<T>(ListMeta Metadata, IReadOnlyList<T> Items) where T : class, IResource<T>;
