using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Navarch.Client;
using Navarch.Cluster.Certificates;
using Navarch.Cluster.Profiles;
using Navarch.Machinery.Certificates;

namespace Navarch.Cluster.ControlPlanes;

/// <summary>The one address of the API for clients and nodes of this machine: a balancer in front of all API servers.</summary>
public static class Front
{
    public static async Task RunAsync(Profile profile, ProfilePaths paths, TimeProvider time, ILoggerFactory logs, CancellationToken ct)
    {
        var authorities = CertificateFiles.FollowAuthorities(paths.Certificate(ClusterCertificates.Authority), time);
        using var http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, certificate, _, errors) => (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) == 0
                    && certificate is X509Certificate2 shown && CertificateChain.IsFrom(authorities.Current, shown, CertificateChain.ServerAuthentication, time.GetUtcNow()),
            },
        });
        var backends = ControlPlane.Of(profile).Select(plane => new Backend(new IPEndPoint(plane.Address, plane.ApiPort))).ToList();
        await new Balancer(
            new IPEndPoint(IPAddress.Any, profile.ApiPort), backends, (backend, token) => IsReadyAsync(http, backend.Address, token), time, logs.CreateLogger<Balancer>()).RunAsync(ct);
    }

    private static async Task<bool> IsReadyAsync(HttpClient http, IPEndPoint address, CancellationToken ct)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri($"https://{address}/readyz"), ct);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException e) when (e.InnerException is SocketException socket)
        {
            throw socket;
        }
    }
}
