namespace Navarch.ApiServer.WatchCache;

/// <summary>The layout of the store, which is upstream's.</summary>
internal static class StoredKeys
{
    /// <summary>All objects lie below it; what else there is belongs to the store's engine.</summary>
    public const string Root = "/registry/";
}
