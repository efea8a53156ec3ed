using Navarch.ApiServer.WatchCache;
using Navarch.Storage;

namespace Navarch.ApiServer.Encryption;

/// <summary>What of the whole store is encrypted with which key, at one revision. Memory does not grow with the store.</summary>
internal sealed class KeyUse
{
    private readonly Dictionary<string, long> byName = new(StringComparer.Ordinal);

    /// <summary>How many values each key encrypts, by its name.</summary>
    public IReadOnlyDictionary<string, long> ByName => byName;

    /// <summary>Values of encrypted kinds that are not encrypted.</summary>
    public long Plaintext { get; private set; }

    /// <summary>Values that would be stored differently now.</summary>
    public long Outdated { get; private set; }

    public static async Task<KeyUse> ReadAsync(IRevisionStore store, Cache cache, string activeName, CancellationToken ct)
    {
        var use = new KeyUse();
        await foreach (var page in store.RangePagesAsync(StoredKeys.Root, ct))
        {
            foreach (var entry in page.Entries)
            {
                use.Add(entry, cache, activeName);
            }
        }

        return use;
    }

    /// <summary>Whether the value would be stored differently now.</summary>
    public static bool IsOutdated(StoredValue entry, Cache cache, string activeName) => cache.FindCollection(entry.Key) is { } collection
        && (collection.Kind.IsEncrypted ? EncryptionKey.NameIn(entry.Value.Span) != activeName : EncryptionKey.IsEncrypted(entry.Value.Span));

    private void Add(StoredValue entry, Cache cache, string activeName)
    {
        if (EncryptionKey.IsEncrypted(entry.Value.Span))
        {
            var name = EncryptionKey.NameIn(entry.Value.Span) ?? "of another provider";
            byName[name] = byName.GetValueOrDefault(name) + 1;
        }
        else if (cache.FindCollection(entry.Key)?.Kind.IsEncrypted == true)
        {
            Plaintext++;
        }

        if (IsOutdated(entry, cache, activeName))
        {
            Outdated++;
        }
    }
}
