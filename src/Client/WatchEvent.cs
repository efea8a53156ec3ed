using Navarch.Api;

namespace Navarch.Client;

/// <summary>What happened to the object of a <see cref="WatchEvent{T}"/>.</summary>
public enum WatchEventType
{
    Added,
    Modified,

    /// <summary>The object as it was last, with the version of its deletion. Also: it no longer matches the selectors.</summary>
    Deleted,

    /// <summary>Nothing happened up to the object's version, which is the only field that is set.</summary>
    Bookmark,
}

/// <summary>One change of a watched collection. An ERROR event is never one of these: the watch throws it as <see cref="ApiException"/>.</summary>
public readonly record struct WatchEvent<T>(WatchEventType Type, T Object) where T : class, IResource<T>
{
    /// <summary>Where in history this is: watch from here to go on after it.</summary>
    public string Revision => Object.Metadata.ResourceVersion;
}
