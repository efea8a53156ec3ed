using Microsoft.Extensions.Logging;
using Navarch.Machinery.Json;
using Navarch.Machinery.Tokens;

namespace Navarch.ApiServer.Tokens;

/// <summary>
/// Keeps the keys of service accounts' tokens as their files have them, which people and other servers change. A token of a key
/// that is not known makes a server look into the files before it refuses: of several servers that share a file, each may
/// begin to sign with a new key at once.
/// </summary>
internal sealed partial class TokenKeyRing
{
    // So long at most a key that was dropped is still believed.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly IReadOnlyList<TokenKeyFile> files;
    private readonly TimeProvider time;
    private readonly ILogger log;

    // Guards changes of what follows; readers take `state` without it.
    private readonly Lock gate = new();
    private State state;
    private long looked;

    /// <exception cref="TokenKeyException">The keys cannot be used.</exception>
    public TokenKeyRing(IReadOnlyList<TokenKeyFile> files, TimeProvider time, ILogger log)
    {
        this.files = files;
        this.time = time;
        this.log = log;
        var stamps = Stamps();
        state = new State(Load(), stamps);
        looked = time.GetTimestamp();
    }

    public TokenKeys Current => Volatile.Read(ref state).Keys;

    /// <summary>The first file, in which the key is that signs.</summary>
    public TokenKeyFile Own => files[0];

    /// <summary>The claims of a token that one of the keys signed; null for any other text.</summary>
    public JsonObject? FindClaims(string token)
    {
        if (time.GetElapsedTime(Volatile.Read(ref looked)) >= LookInterval)
        {
            Refresh();
        }

        if (Current.FindKnown(token) is { } known)
        {
            return known;
        }

        if (SignedToken.TryRead(token) is not { } read)
        {
            return null;
        }

        if (!Current.Holds(read.KeyId))
        {
            Refresh(); // Another server has made the key a moment ago.
        }

        return Current.FindClaims(token, read);
    }

    /// <summary>Reads the files again if one was changed. Where none was, it costs a microsecond each.</summary>
    public void Refresh()
    {
        Volatile.Write(ref looked, time.GetTimestamp());
        if (Stamps().SequenceEqual(Volatile.Read(ref state).Stamps))
        {
            return;
        }

        lock (gate)
        {
            var stamps = Stamps();
            if (stamps.SequenceEqual(state.Stamps))
            {
                return;
            }

            try
            {
                Volatile.Write(ref state, new State(Load(), stamps));
                LogKeys(Current.All.Count, Current.Signing.Key.Id);
            }
            catch (TokenKeyException e)
            {
                // Going on with the keys that are known loses nothing. Told once for each state of the files.
                Volatile.Write(ref state, state with { Stamps = stamps });
                LogUnusable(e);
            }
        }
    }

    private TokenKeys Load() => new([.. files.Select(static file => file.Load())]);

    private (DateTime, long)[] Stamps() => [.. files.Select(static file => file.Stamp)];

    [LoggerMessage(LogLevel.Error, "the keys of service accounts' tokens were changed but cannot be used; going on with the ones before")]
    private partial void LogUnusable(Exception cause);

    [LoggerMessage(LogLevel.Information, "there are {Count} keys for the tokens of service accounts now; {Id} signs")]
    private partial void LogKeys(int count, string id);

    private sealed record State(TokenKeys Keys, IReadOnlyList<(DateTime Written, long Length)> Stamps);
}
