using Navarch.ApiServer.Resources;
using Navarch.ApiServer.Services;
using Navarch.ApiServer.WatchCache;

namespace Navarch.ApiServer.Backups;

/// <summary>What has to be known of stored objects to take them out of one store and put them into another.</summary>
public static class StoredObjects
{
    // These are of servers that run, or follow from the objects.
    private static readonly string[] NotObjects = [ServerLeases.Prefix, ServiceClaims.Prefix];

    private static readonly (string Prefix, TimeSpan Expiry)[] Expiring =
        [.. AllResources.List.Where(static rules => rules.Expiry is not null).Select(static rules => (rules.StoragePrefix, rules.Expiry!.Value))];

    /// <summary>All objects lie below it; what else a store holds belongs to its engine.</summary>
    public static string Root => StoredKeys.Root;

    /// <summary>Whether what lies there is part of what a cluster is.</summary>
    public static bool Include(string key) =>
        key.StartsWith(Root, StringComparison.Ordinal) && !NotObjects.Any(prefix => key.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>How long an object lives after it was written there; null for ever.</summary>
    public static TimeSpan? TimeToLive(string key)
    {
        foreach (var (prefix, expiry) in Expiring)
        {
            if (key.StartsWith(prefix, StringComparison.Ordinal))
            {
                return expiry;
            }
        }

        return null;
    }
}
