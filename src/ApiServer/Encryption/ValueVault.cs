using System.Collections.Frozen;
using Microsoft.Extensions.Logging;

namespace Navarch.ApiServer.Encryption;

/// <summary>
/// Stands between objects and the store: encrypts what is to be encrypted with the newest key, and decrypts whatever is encrypted.
/// Follows its key file, which other servers and people change too.
/// </summary>
internal sealed partial class ValueVault
{
    private readonly EncryptionKeyFile file;
    private readonly ILogger log;

    // Guards changes of what follows; readers take `state` without it.
    private readonly Lock gate = new();
    private State state;

    public ValueVault(EncryptionKeyFile file, ILogger log)
    {
        this.file = file;
        this.log = log;
        var stamp = file.Stamp;
        state = new State(file.Load(), FrozenDictionary<string, EncryptionKey>.Empty, stamp);
    }

    public EncryptionKeys Keys => Volatile.Read(ref state).Keys;

    /// <summary>The value as it is to be stored.</summary>
    public byte[] Encrypt(string storageKey, ReadOnlySpan<byte> plaintext)
    {
        // A look at the file costs a microsecond. It keeps servers that share the file from using a key that is to go.
        Refresh();
        return Keys.Active.Encrypt(storageKey, plaintext);
    }

    /// <summary>The value as it was before it was encrypted; the value itself where it is not.</summary>
    /// <exception cref="UnreadableValueException">It cannot be decrypted.</exception>
    public ReadOnlyMemory<byte> Decrypt(string storageKey, ReadOnlyMemory<byte> value)
    {
        if (!EncryptionKey.IsEncrypted(value.Span))
        {
            return value;
        }

        var name = EncryptionKey.NameIn(value.Span) ?? throw new UnreadableValueException("no matching prefix found");
        var key = Find(name);
        if (key is null)
        {
            Refresh(); // Another server has made the key a moment ago.
            key = Find(name) ?? throw new UnreadableValueException($"it is encrypted with the key {name}, which {file.Path} does not hold");
        }

        return key.Decrypt(storageKey, value.Span);
    }

    /// <summary>Puts a new key first, in the file and in use.</summary>
    public EncryptionKey AddKey(TimeProvider time)
    {
        lock (gate)
        {
            var key = EncryptionKey.Create(time);
            SaveLocked(keys => keys with { Keys = [key, .. keys.Keys] });
            return key;
        }
    }

    /// <summary>Takes keys out of the file. This server can still read with them until it ends.</summary>
    public void RemoveKeys(IReadOnlyCollection<string> names)
    {
        lock (gate)
        {
            SaveLocked(keys => keys with { Keys = [.. keys.Keys.Where((key, i) => i == 0 || !names.Contains(key.Name))] });
        }
    }

    /// <summary>Puts keys that were taken out back behind the others.</summary>
    public void ReturnKeys(IReadOnlyCollection<EncryptionKey> returned)
    {
        lock (gate)
        {
            SaveLocked(keys => keys with { Keys = [.. keys.Keys, .. returned.Where(key => keys.Find(key.Name) is null)] });
        }
    }

    /// <summary>Reads the file again if it was changed.</summary>
    public void Refresh()
    {
        if (file.Stamp == Volatile.Read(ref state).Stamp)
        {
            return;
        }

        lock (gate)
        {
            var stamp = file.Stamp;
            if (stamp == state.Stamp)
            {
                return;
            }

            try
            {
                UseLocked(file.Load(), stamp);
            }
            catch (Exception e) when (e is EncryptionException or IOException or UnauthorizedAccessException)
            {
                // Going on with the keys that are known loses nothing. Told once for each state of the file.
                Volatile.Write(ref state, state with { Stamp = stamp });
                LogUnusable(e);
            }
        }
    }

    private EncryptionKey? Find(string name)
    {
        var known = Volatile.Read(ref state);
        return known.Keys.Find(name) ?? known.Retired.GetValueOrDefault(name);
    }

    // From what the file holds now, not from what was known: somebody may have changed it.
    private void SaveLocked(Func<EncryptionKeys, EncryptionKeys> change)
    {
        var changed = change(file.Load());
        file.Save(changed);
        UseLocked(changed, file.Stamp);
    }

    private void UseLocked(EncryptionKeys keys, (DateTime, long) stamp)
    {
        // What a value that was read or written a moment ago may still need.
        var retired = state.Keys.Keys.Concat(state.Retired.Values).DistinctBy(static key => key.Name).ToFrozenDictionary(static key => key.Name);
        Volatile.Write(ref state, new State(keys, retired, stamp));
        LogKeys(file.Path, keys.Keys.Count, keys.Active.Name);
    }

    [LoggerMessage(LogLevel.Error, "the encryption keys were changed but cannot be used; going on with the ones before")]
    private partial void LogUnusable(Exception cause);

    [LoggerMessage(LogLevel.Information, "{File} holds {Count} encryption keys now; {Name} encrypts")]
    private partial void LogKeys(string file, int count, string name);

    /// <param name="Retired">Keys that the file held once, by name.</param>
    private sealed record State(EncryptionKeys Keys, FrozenDictionary<string, EncryptionKey> Retired, (DateTime, long) Stamp);
}
