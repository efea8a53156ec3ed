using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Navarch.Machinery.Certificates;

namespace Navarch.Client;

/// <summary>
/// What files say, as of now: they are read again once they have changed, so that a renewed certificate is used without a restart.
/// Nothing watches them: who asks has them looked at, at most once a second. While they cannot be read, or are
/// only half replaced, what they said before stands.
/// </summary>
public sealed class FileValue<T> where T : class
{
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(1);

    private readonly IReadOnlyList<string> paths;
    private readonly Func<T> read;
    private readonly TimeProvider time;
    private readonly Action<Exception>? unusable;

    // Guards what follows for writers. One of several who ask looks; the others take what there is.
    private readonly Lock gate = new();
    private Stamp[] stamps;
    private Stamp[] reported = [];
    private long lookedAt;
    private volatile T value;

    /// <summary>Reads for the first time. Whatever <paramref name="read"/> throws is the caller's then.</summary>
    /// <param name="paths">Files that <paramref name="read"/> reads; they need not exist.</param>
    /// <param name="unusable">Told, once for each change, why the files cannot be read as they are now.</param>
    public FileValue(IReadOnlyList<string> paths, Func<T> read, TimeProvider time, Action<Exception>? unusable = null)
    {
        (this.paths, this.read, this.time, this.unusable) = (paths, read, time, unusable);
        (stamps, lookedAt) = (Stamps(), time.GetTimestamp()); // Before reading: a change in between is seen next time.
        value = read();
    }

    public T Current
    {
        get
        {
            if (time.GetElapsedTime(Volatile.Read(ref lookedAt)) >= LookAgainAfter && gate.TryEnter())
            {
                try
                {
                    Volatile.Write(ref lookedAt, time.GetTimestamp());
                    Look();
                }
                finally
                {
                    gate.Exit();
                }
            }

            return value;
        }
    }

    private void Look()
    {
        var now = Stamps();
        if (now.AsSpan().SequenceEqual(stamps))
        {
            return;
        }

        try
        {
            value = read();
            stamps = now;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException or KubeconfigException or InvalidDataException)
        {
            // Key and certificate are two files, and replaced one after the other: they are read again until they can be.
            if (!now.AsSpan().SequenceEqual(reported))
            {
                reported = now;
                unusable?.Invoke(e);
            }
        }
    }

    private Stamp[] Stamps() => [.. paths.Select(static path => new FileInfo(path) is { Exists: true } file ? new Stamp(file.LastWriteTimeUtc, file.Length) : default)];

    private readonly record struct Stamp(DateTime Written, long Length);
}

/// <summary>Certificates in files.</summary>
public static class CertificateFiles
{
    /// <summary>A certificate with its key, of two PEM files.</summary>
    /// <exception cref="CryptographicException">The files do not belong together.</exception>
    public static FileValue<X509Certificate2> Follow(string certificatePath, string keyPath, TimeProvider time) =>
        new([certificatePath, keyPath], () => X509Certificate2.CreateFromPemFile(certificatePath, keyPath), time);

    /// <summary>All authorities in a PEM file.</summary>
    /// <exception cref="CryptographicException">The file holds none.</exception>
    public static FileValue<X509Certificate2Collection> FollowAuthorities(string path, TimeProvider time) => new([path], () => AuthorityBundle.Parse(File.ReadAllText(path)), time);

    /// <summary>Of the authorities in a PEM file the one that a key belongs to, with the key.</summary>
    /// <exception cref="CryptographicException">The key belongs to none of them.</exception>
    public static FileValue<X509Certificate2> FollowSigner(string authoritiesPath, string keyPath, TimeProvider time) => new(
        [authoritiesPath, keyPath],
        () => AuthorityBundle.FindSigner(AuthorityBundle.Parse(File.ReadAllText(authoritiesPath)), File.ReadAllText(keyPath))
            ?? throw new CryptographicException($"{keyPath} belongs to no authority in {authoritiesPath}"),
        time);
}
