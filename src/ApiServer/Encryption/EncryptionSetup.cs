using Microsoft.Extensions.Logging;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.WatchCache;
using Navarch.Storage;

namespace Navarch.ApiServer.Encryption;

/// <summary>What has to be right about the keys before a server begins.</summary>
internal static class EncryptionSetup
{
    /// <summary>Opens the keys, makes a first one for a store in which nothing is encrypted yet, and decides what is encrypted.</summary>
    /// <param name="resources">As <c>secrets</c> or <c>deployments.apps</c>; null for what the file says.</param>
    /// <exception cref="EncryptionException">The keys cannot be used, or are missing and needed; or there is no such resource.</exception>
    public static async Task<ValueVault> OpenAsync(
        EncryptionKeyFile file, IReadOnlyList<string>? resources, Catalog catalog, IRevisionStore store, TimeProvider time, ILogger log, CancellationToken ct)
    {
        if (!file.Exists)
        {
            if (await FindEncryptedAsync(store, ct) is { } found)
            {
                throw new EncryptionException(
                    $"the encryption keys are missing: there is no {file.Path}, but {found.Key} is encrypted with the key {EncryptionKey.NameIn(found.Value.Span)}",
                    "put the file back from a backup, or copy it from another server of the cluster");
            }

            file.Create(time);
        }

        var keys = file.Load();
        Cover(catalog, resources ?? keys.Resources);
        if (resources is not null && !resources.SequenceEqual(keys.Resources))
        {
            file.Save(keys with { Resources = resources });
        }

        return new ValueVault(file, log);
    }

    private static void Cover(Catalog catalog, IReadOnlyList<string> resources)
    {
        foreach (var resource in resources)
        {
            EncryptableResources.Require(resource);
            catalog.Hubs.First(kind => kind.Type.GroupResource == resource).IsEncrypted = true;
        }
    }

    private static async Task<StoredValue?> FindEncryptedAsync(IRevisionStore store, CancellationToken ct)
    {
        await foreach (var page in store.RangePagesAsync(StoredKeys.Root, ct))
        {
            if (page.Entries.FirstOrDefault(static entry => EncryptionKey.IsEncrypted(entry.Value.Span)) is { } found)
            {
                return found;
            }
        }

        return null;
    }
}
