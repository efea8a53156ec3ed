using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Navarch.Client;

/// <summary>A certificate and its key in one PEM file, which only its owner can read and which is replaced as a whole.</summary>
public static class StoredCertificate
{
    /// <summary>What the file holds; null where there is nothing, nothing usable, or what has expired.</summary>
    public static X509Certificate2? Find(string path, DateTimeOffset now)
    {
        try
        {
            if (File.Exists(path))
            {
                var pem = File.ReadAllText(path);
                var certificate = X509Certificate2.CreateFromPem(pem, pem);
                if (certificate.NotAfter.ToUniversalTime() > now.UtcDateTime)
                {
                    return certificate;
                }

                certificate.Dispose();
            }
        }
        catch (Exception e) when (e is IOException or CryptographicException)
        {
            // Damaged: as good as none. It is replaced by the next one.
        }

        return null;
    }

    /// <summary>
    /// Of two certificates for the same purpose the one to show: what was given out last, by the same authority. A certificate in the
    /// file that is from elsewhere is from before a move to another cluster.
    /// </summary>
    /// <param name="path">Of the file.</param>
    /// <param name="given">What was given by other means; null where there is none.</param>
    public static X509Certificate2? Newest(string path, X509Certificate2? given, DateTimeOffset now) =>
        Find(path, now) is { } stored && (given is null || (stored.Issuer == given.Issuer && stored.NotBefore >= given.NotBefore) || given.NotAfter.ToUniversalTime() <= now.UtcDateTime)
            ? stored
            : given;

    /// <exception cref="IOException">The disk is full, or not writable.</exception>
    public static void Save(string path, string certificatePem, string keyPem)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var temporary = $"{path}.{Environment.ProcessId}.new";
        try
        {
            File.Delete(temporary);
            using (var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
            {
                file.Write(Encoding.ASCII.GetBytes($"{certificatePem.TrimEnd()}\n{keyPem.TrimEnd()}\n"));
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
