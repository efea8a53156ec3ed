using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Navarch.Cluster.Machine;
using Navarch.Cluster.Profiles;
using Navarch.Machinery.Certificates;

namespace Navarch.Cluster.Certificates;

/// <summary>How far a new authority has taken over from the one before.</summary>
public enum AuthorityPhase
{
    /// <summary>There is one.</summary>
    Alone,

    /// <summary>A second one is trusted beside it, and signs nothing yet.</summary>
    Introduced,

    /// <summary>The second one signs. The first is trusted still.</summary>
    Succeeded,
}

/// <summary>
/// The authority of a cluster on disk, and how another one takes its place: <c>ca.crt</c> holds all that are trusted, <c>ca.key</c> the key of
/// the one of them that signs. So each step is the replacement of one file, and whoever is killed in between leaves a whole cluster.
/// </summary>
/// <remarks>
/// The new authority's key is also certified by the one before. The API server sends that along with its own certificate, so that clients which
/// have not heard of the new authority find their way to the one that they know.
/// </remarks>
public sealed class AuthorityFiles(ProfilePaths paths, TimeProvider time)
{
    // Only between the first step and the second.
    private string NextKey => paths.Key("ca-next");

    // The new authority as the one before it certified it.
    private string Bridge => paths.Certificate("ca-bridge");

    private string Bundle => paths.Certificate(ClusterCertificates.Authority);

    private string Key => paths.Key(ClusterCertificates.Authority);

    /// <exception cref="ClusterException">A file is damaged.</exception>
    public AuthorityPhase Phase => Read(() =>
        File.Exists(NextKey) ? AuthorityBundle.FindSigner(Trusted, File.ReadAllText(NextKey)) is null ? AuthorityPhase.Alone : AuthorityPhase.Introduced
        : Trusted.Count > 1 ? AuthorityPhase.Succeeded : AuthorityPhase.Alone);

    /// <summary>All that are trusted.</summary>
    /// <exception cref="ClusterException">The file is damaged.</exception>
    public X509Certificate2Collection Trusted => Read(() => AuthorityBundle.Parse(File.ReadAllText(Bundle)));

    /// <summary>The one that signs, with its key.</summary>
    /// <exception cref="ClusterException">The files are damaged or do not belong together.</exception>
    public X509Certificate2 Signer => Read(() => AuthorityBundle.FindSigner(Trusted, File.ReadAllText(Key)) ?? throw new CryptographicException("the key is another's"));

    /// <summary>Those that are trusted and do not sign.</summary>
    public IReadOnlyList<X509Certificate2> Others
    {
        get
        {
            var signer = Signer;
            return [.. Trusted.Where(authority => !authority.Equals(signer))];
        }
    }

    /// <summary>The one that is to sign next, with its key; null where none is.</summary>
    internal CertificateAuthority? Next => Phase == AuthorityPhase.Introduced
        ? new CertificateAuthority(AuthorityBundle.FindSigner(Trusted, File.ReadAllText(NextKey))!, time)
        : null;

    /// <summary>Since when the one that signs does so: who has read the file later has read of it.</summary>
    public DateTimeOffset SignsSince => File.GetLastWriteTimeUtc(Bundle);

    /// <summary>What the API server sends after its own certificate, PEM; empty where everybody knows who signed that.</summary>
    internal string BridgePem => Phase == AuthorityPhase.Succeeded && File.Exists(Bridge) ? File.ReadAllText(Bridge) : "";

    /// <summary>The first step: another authority, trusted beside the one that signs. Nothing where there is one already.</summary>
    /// <param name="name">Common name of the new one. Its time is added: some clients tell authorities apart by name alone.</param>
    internal void Introduce(string name)
    {
        if (Phase != AuthorityPhase.Alone)
        {
            return;
        }

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var next = CertificateAuthority.SelfSigned(key, string.Create(CultureInfo.InvariantCulture, $"{name}@{time.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}"), time);

        // What is written first is of no meaning before the last is there.
        Write(NextKey, key.ExportPkcs8PrivateKeyPem(), AtomicFile.Private);
        Write(Bridge, new CertificateAuthority(Signer, time).Certify(next), AtomicFile.Public);
        Write(Bundle, Pem([Signer, next]), AtomicFile.Public);
    }

    /// <summary>The second step: the new one signs from now on. The key of the one before is gone with that.</summary>
    internal void Succeed()
    {
        if (Phase == AuthorityPhase.Introduced)
        {
            File.Move(NextKey, Key, overwrite: true);
        }

        // For whoever reads only the first of the file, and for SignsSince.
        if (Phase == AuthorityPhase.Succeeded && !Trusted[0].Equals(Signer))
        {
            Write(Bundle, Pem([Signer, .. Others]), AtomicFile.Public);
        }
    }

    /// <summary>The last step: the one that signs is the only one.</summary>
    internal void DropOthers()
    {
        if (Phase == AuthorityPhase.Succeeded)
        {
            Write(Bundle, Pem([Signer]), AtomicFile.Public);
        }

        File.Delete(Bridge);
    }

    private static string Pem(IEnumerable<X509Certificate2> certificates) => string.Join('\n', certificates.Select(static certificate => certificate.ExportCertificatePem()));

    private static void Write(string path, string pem, UnixFileMode mode) => AtomicFile.Write(path, Encoding.ASCII.GetBytes(pem + "\n"), mode);

    private T Read<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (CryptographicException e)
        {
            throw new ClusterException($"{Bundle} and {Key} are damaged or do not belong together: {e.Message}", CertificateAuthority.LossAdvice, e);
        }
    }
}
