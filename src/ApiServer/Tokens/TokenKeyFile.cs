using System.Security.Cryptography;
using System.Text;

namespace Navarch.ApiServer.Tokens;

/// <summary>
/// A file with keys for the tokens of service accounts, PEM. The first private key in it may sign, all check. Lines before a
/// key say what is known of it (<c>created: …</c>), which readers of PEM skip: upstream's server reads the file as well.
/// </summary>
public sealed class TokenKeyFile(string path)
{
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LockInterval = TimeSpan.FromMilliseconds(20);

    public string Path => path;

    /// <summary>Changes whenever the content does.</summary>
    internal (DateTime Written, long Length) Stamp => new FileInfo(path) is { Exists: true } file ? (file.LastWriteTimeUtc, file.Length) : default;

    /// <exception cref="TokenKeyException">It is missing, or holds no key that can be used.</exception>
    public IReadOnlyList<TokenKeyEntry> Load()
    {
        try
        {
            var keys = Parse(File.ReadAllText(path));
            return keys.Count > 0 ? keys : throw new TokenKeyException($"{path} holds no key", "give a file of PEM keys");
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new TokenKeyException($"the keys of service accounts' tokens in {path} cannot be used: {e.Message.TrimEnd('.')}", "put the file right, or back from a backup", e);
        }
    }

    /// <summary>Makes the file with a first key, where there is none yet.</summary>
    public void EnsureExists(TimeProvider time)
    {
        if (!File.Exists(path))
        {
            Save([TokenKeyEntry.Create(time)]);
        }
    }

    /// <summary>Replaces the keys durably, from what the file holds now. Servers that share the file take turns.</summary>
    /// <exception cref="TokenKeyException">It cannot be read or written.</exception>
    internal async Task ChangeAsync(Func<IReadOnlyList<TokenKeyEntry>, IReadOnlyList<TokenKeyEntry>> change, TimeProvider time, CancellationToken ct)
    {
        try
        {
            using var turn = await TakeTurnAsync(time, ct);
            var before = Load();
            var after = change(before);
            if (!after.SequenceEqual(before))
            {
                Save(after);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TokenKeyException($"{path} cannot be changed: {e.Message.TrimEnd('.')}", "see that the server may write there", e);
        }
    }

    internal static List<TokenKeyEntry> Parse(string text)
    {
        var keys = new List<TokenKeyEntry>();
        var rest = text.AsSpan();
        while (PemEncoding.TryFind(rest, out var fields))
        {
            // `openssl ecparam` writes the curve before a key, which names it itself.
            if (rest[fields.Label] is not "EC PARAMETERS")
            {
                keys.Add(TokenKeyEntry.Of(about: rest[..fields.Location.Start], pem: rest[fields.Location]));
            }

            rest = rest[fields.Location.End..];
        }

        return keys;
    }

    private void Save(IReadOnlyList<TokenKeyEntry> keys) =>
        PrivateFile.Replace(path, Encoding.ASCII.GetBytes(string.Join('\n', keys.Select(static key => key.ToText()))));

    private async Task<FileStream> TakeTurnAsync(TimeProvider time, CancellationToken ct)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path + ".lock", new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.None, UnixCreateMode = PrivateFile.Mode });
            }
            catch (IOException) when (time.GetElapsedTime(start) < LockPatience)
            {
                await Task.Delay(LockInterval, time, ct);
            }
        }
    }
}

/// <summary>The keys of service accounts' tokens cannot be used. A person must decide; <see cref="Advice"/> says about what.</summary>
public sealed class TokenKeyException(string message, string advice, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>What the reader can do about it, as a sentence without a final full stop.</summary>
    public string Advice { get; } = advice;
}
