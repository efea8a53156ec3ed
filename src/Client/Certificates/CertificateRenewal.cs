using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging;
using Navarch.Api.Certificates.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.Client;

/// <summary>
/// Keeps a certificate in a file renewed by request: a new key each time, asked for when 70 to 90 % of the time is over, so that the
/// nodes of a cluster do not come all at once. While nobody approves, it asks again, ever more rarely; the one there is stays.
/// </summary>
/// <param name="path">See <see cref="StoredCertificate"/>.</param>
/// <param name="current">The certificate that is used now, from the file or from elsewhere; null where there is none.</param>
public sealed partial class CertificateRenewal(
    CertificateWish wish, string path, Func<X509Certificate2?> current, IClient client, TimeProvider time, Random random, ILogger log)
{
    // A request that nobody has looked at for so long is asked anew; who would approve it may have missed it.
    private static readonly TimeSpan ApprovalPatience = TimeSpan.FromMinutes(15);

    // What else may change meanwhile: somebody gives a newer certificate, or the clock jumps.
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromHours(1);

    private readonly Backoff backoff = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5), random);

    // When the certificate of that thumbprint is to be renewed: decided by lot once.
    private (string Thumbprint, DateTimeOffset At) due = ("", default);

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        while (true)
        {
            var left = Due() - time.GetUtcNow();
            if (left > TimeSpan.Zero)
            {
                await Task.Delay(left < LookAgainAfter ? left : LookAgainAfter, time, ct);
                continue;
            }

            await EnsureAsync(ct);
        }
    }

    /// <summary>Asks until there is a new one.</summary>
    public async Task EnsureAsync(CancellationToken ct)
    {
        while (true)
        {
            try
            {
                await RenewAsync(ct);
                backoff.Reset();
                LogRenewed(wish.CommonName, wish.SignerName);
                return;
            }
            catch (Exception e) when (e is ApiException or CryptographicException or IOException or TimeoutException || e.IsTransient)
            {
                LogFailed(wish.CommonName, wish.SignerName, e.Message);
                if (File.Exists(path) && StoredCertificate.Find(path, time.GetUtcNow()) is null)
                {
                    File.Delete(path); // It has expired, or is damaged: whoever reads it falls back to what else there is.
                }

                await Task.Delay(backoff.Next(), time, ct);
            }
        }
    }

    internal DateTimeOffset Due()
    {
        var (shown, stored) = (current(), StoredCertificate.Find(path, time.GetUtcNow()));
        var isStored = stored is not null && wish.IsMetBy(stored) && (shown is null || stored.NotBefore >= shown.NotBefore);
        if ((isStored ? stored : shown) is not { } certificate || !wish.IsMetBy(certificate))
        {
            return time.GetUtcNow();
        }

        if (certificate.Thumbprint != due.Thumbprint)
        {
            var (from, until) = (new DateTimeOffset(certificate.NotBefore.ToUniversalTime()), new DateTimeOffset(certificate.NotAfter.ToUniversalTime()));

            // Of a short life much was over when it began: certificates are dated back.
            var got = isStored ? new DateTimeOffset(File.GetLastWriteTimeUtc(path)) : from;
            var start = got > from && got < until ? got : from;
            due = (certificate.Thumbprint, start + ((until - start) * (0.7 + (0.2 * random.NextDouble()))));
        }

        return due.At;
    }

    private async Task RenewAsync(CancellationToken ct)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var asked = await client.CreateAsync(
            new CertificateSigningRequest
            {
                Metadata = new ObjectMeta { GenerateName = "csr-" },
                Spec = new CertificateSigningRequestSpec { Request = Encoding.ASCII.GetBytes(wish.Request(key)), SignerName = wish.SignerName, Usages = wish.Usages },
            },
            ct);
        using var patience = new CancellationTokenSource(ApprovalPatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
        try
        {
            var pem = await AnswerAsync(asked.Metadata.Name, either.Token);
            using var certificate = X509Certificate2.CreateFromPem(pem);
            using var whole = certificate.CopyWithPrivateKey(key); // Throws where it is for another key.
            StoredCertificate.Save(path, pem, key.ExportPkcs8PrivateKeyPem());
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new TimeoutException($"{asked.Metadata.Name} was not approved and signed within {ApprovalPatience.TotalMinutes} minutes");
        }
        catch (ArgumentException e)
        {
            throw new CryptographicException($"{asked.Metadata.Name} was answered with the certificate of another key", e);
        }
    }

    private async Task<string> AnswerAsync(string name, CancellationToken ct)
    {
        while (true)
        {
            // Without a version: begins with the request as it is.
            await foreach (var change in client.WatchAsync<CertificateSigningRequest>(ListQuery.All with { FieldSelector = $"metadata.name={name}" }, ct))
            {
                var request = change.Object;
                if (change.Type == WatchEventType.Bookmark)
                {
                    continue;
                }

                if (change.Type == WatchEventType.Deleted)
                {
                    throw new IOException($"{name} was deleted");
                }

                if (request.Status.Certificate.Length > 0)
                {
                    return Encoding.ASCII.GetString(request.Status.Certificate.Span);
                }

                if (request.Status.Conditions.FirstOrDefault(static condition => condition.Type is RequestConditionType.CertificateDenied or RequestConditionType.CertificateFailed) is { } no)
                {
                    throw new IOException($"{name}: {no.Type}: {no.Message}");
                }
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "got a new certificate for {CommonName} from {Signer}")]
    private partial void LogRenewed(string commonName, string signer);

    [LoggerMessage(LogLevel.Warning, "no new certificate for {CommonName} from {Signer}: {Reason}")]
    private partial void LogFailed(string commonName, string signer, string reason);
}
