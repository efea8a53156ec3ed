using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Navarch.Cluster.Certificates;
using Navarch.Cluster.Profiles;

namespace Navarch.Cluster.ControlPlanes;

/// <summary>The one address of the API for clients and nodes of this machine: a balancer in front of all API servers.</summary>
public static class Front
{
    public static async Task RunAsync(Profile profile, ProfilePaths paths, TimeProvider time, ILoggerFactory logs, CancellationToken ct)
    {
        var authority = X509CertificateLoader.LoadCertificateFromFile(paths.Certificate(ClusterCertificates.Authority));
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(authority);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy } });
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
