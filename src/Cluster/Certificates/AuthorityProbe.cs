using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Navarch.ApiServer.Authentication;
using Navarch.Cluster.ControlPlanes;
using Navarch.Cluster.Lifecycle;
using Navarch.Cluster.Profiles;

namespace Navarch.Cluster.Certificates;

/// <summary>Asks the parts of a cluster that run, by connecting to them, which authorities they trust and whose certificates they show.</summary>
internal sealed class AuthorityProbe(Profile profile, ProfilePaths paths)
{
    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(10);

    // Of a cluster that is stopped, the addresses of control planes are somebody else's, who may well answer.
    private IReadOnlyList<Uri> Servers =>
        [profile.ApiAddress, .. ControlPlane.Of(profile).Where(static plane => File.Exists(plane.NamespacePath)).Select(static plane => plane.ApiAddress)];

    private Uri Kubelet => new($"https://127.0.0.1:{profile.KubeletPort}");

    /// <summary>Whether an API server can be asked.</summary>
    public Task<bool> IsServedAsync(CancellationToken ct) => IsListeningAsync(profile.ApiAddress, ct);

    /// <summary>Who does not trust an authority yet, in words; null where all do that run. Who starts later reads of it then.</summary>
    public async Task<string?> FindDoubterAsync(CertificateAuthority next, CancellationToken ct)
    {
        using var admin = Identity(next.Issue(new CertificateSpec("kubernetes-admin") { Organizations = ["system:masters"], Lifetime = TimeSpan.FromHours(1) }));
        foreach (var server in Servers)
        {
            if (await IsListeningAsync(server, ct) && await StatusAsync(server, "/api/v1/namespaces?limit=1", admin, ct) != HttpStatusCode.OK)
            {
                return $"the API server at {server.Authority}";
            }
        }

        using var caller = Identity(next.Issue(new CertificateSpec("kube-apiserver-kubelet-client") { Lifetime = TimeSpan.FromHours(1) }));
        var hasNode = await IsListeningAsync(Kubelet, ct);
        if (hasNode && await StatusAsync(Kubelet, "/pods", caller, ct) is null or HttpStatusCode.Unauthorized)
        {
            return "the kubelet";
        }

        var pem = next.Certificate.ExportCertificatePem();
        if (await IsServedAsync(ct))
        {
            using var api = new ClusterApi(profile, paths);
            if ((await NamespacesWithoutAsync(api, pem, ct)).FirstOrDefault() is { } without)
            {
                return $"the ConfigMap kube-root-ca.crt of the namespace {without}";
            }
        }

        return hasNode && VolumesWithout(pem).FirstOrDefault() is { } volume ? $"the volume {volume}" : null;
    }

    /// <summary>Who shows another authority's certificate, in words; null where nobody does that runs.</summary>
    public async Task<string?> FindLaggardAsync(X509Certificate2 authority, CancellationToken ct)
    {
        foreach (var (who, address) in Servers.Select(static server => ($"the API server at {server.Authority}", server)).Append(("the kubelet", Kubelet)))
        {
            if (await IsListeningAsync(address, ct) && await ShownIssuerAsync(address, ct) != authority.Subject)
            {
                return who;
            }
        }

        return null;
    }

    /// <summary>Namespaces whose pods would not be told of an authority.</summary>
    public static async Task<IReadOnlyList<string>> NamespacesWithoutAsync(ClusterApi api, string pem, CancellationToken ct)
    {
        using var namespaces = await api.FindAsync("/api/v1/namespaces", ct);
        using var maps = await api.FindAsync("/api/v1/configmaps?fieldSelector=metadata.name%3Dkube-root-ca.crt", ct);
        return NamespacesWithout(namespaces!.RootElement, maps!.RootElement, pem);
    }

    internal static IReadOnlyList<string> NamespacesWithout(JsonElement namespaces, JsonElement maps, string pem)
    {
        var told = maps.GetProperty("items").EnumerateArray()
            .Where(map => map.TryGetProperty("data", out var data) && data.TryGetProperty("ca.crt", out var text) && text.GetString()!.Contains(pem, StringComparison.Ordinal))
            .Select(static map => map.GetProperty("metadata").GetProperty("namespace").GetString()!)
            .ToHashSet(StringComparer.Ordinal);
        return
        [
            .. namespaces.GetProperty("items").EnumerateArray()
                .Where(static found => !found.GetProperty("metadata").TryGetProperty("deletionTimestamp", out _))
                .Select(static found => found.GetProperty("metadata").GetProperty("name").GetString()!)
                .Where(name => !told.Contains(name)),
        ];
    }

    /// <summary>Files of this node's pods that tell of the cluster's authorities, but not of this one.</summary>
    public IReadOnlyList<string> VolumesWithout(string pem)
    {
        var others = new AuthorityFiles(paths, TimeProvider.System).Trusted.Select(static authority => authority.ExportCertificatePem()).Where(known => known != pem).ToList();
        var found = new List<string>();
        var pods = Path.Combine(paths.Kubelet, "pods");
        foreach (var pod in Directory.Exists(pods) ? Directory.GetDirectories(pods) : [])
        {
            var volumes = Path.Combine(pod, "volumes", "kubernetes.io~projected");
            foreach (var volume in Directory.Exists(volumes) ? Directory.GetDirectories(volumes) : [])
            {
                try
                {
                    var text = File.ReadAllText(Path.Combine(volume, "ca.crt"));
                    if (!text.Contains(pem, StringComparison.Ordinal) && others.Exists(other => text.Contains(other, StringComparison.Ordinal)))
                    {
                        found.Add($"{Path.GetFileName(volume)} of pod {Path.GetFileName(pod)}");
                    }
                }
                catch (IOException)
                {
                    // It has no such file, or goes right now.
                }
            }
        }

        return found;
    }

    /// <summary>Who asked which API server with a certificate of an authority that signs no more.</summary>
    /// <exception cref="ClusterException">One of them refuses.</exception>
    public async Task<IReadOnlyList<AuthorityUse>> UsesAsync(CancellationToken ct)
    {
        var uses = new List<AuthorityUse>();
        foreach (var server in Servers)
        {
            if (await IsListeningAsync(server, ct))
            {
                using var api = new ClusterApi(server, paths);
                using var answer = await api.FindAsync("/navarch/v1/authorities", ct);
                uses.AddRange(answer?.RootElement.Deserialize(AuthorityUsesJson.Default.AuthorityUsesStatus)?.Uses ?? []);
            }
        }

        return uses;
    }

    private static X509Certificate2 Identity(IssuedCertificate issued)
    {
        using var pem = X509Certificate2.CreateFromPem(issued.CertificatePem, issued.KeyPem);
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>Null where there was no answer.</summary>
    private static async Task<HttpStatusCode?> StatusAsync(Uri server, string path, X509Certificate2 identity, CancellationToken ct)
    {
        // Nothing is told to the other side but that there is such a certificate.
        using var http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions { LocalCertificateSelectionCallback = (_, _, _, _, _) => identity, RemoteCertificateValidationCallback = static (_, _, _, _) => true },
        })
        {
            BaseAddress = server,
            Timeout = AnswerMax,
        };
        try
        {
            using var answer = await http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, ct);
            return answer.StatusCode;
        }
        catch (Exception e) when (IsNoAnswer(e, ct))
        {
            return null;
        }
    }

    private static async Task<string?> ShownIssuerAsync(Uri server, CancellationToken ct)
    {
        try
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(server.Host, server.Port, ct);
            await using var tls = new SslStream(socket.GetStream());
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
            patience.CancelAfter(AnswerMax);
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = server.Host, RemoteCertificateValidationCallback = static (_, _, _, _) => true }, patience.Token);
            return tls.RemoteCertificate?.Issuer;
        }
        catch (Exception e) when (IsNoAnswer(e, ct))
        {
            return null;
        }
    }

    private static async Task<bool> IsListeningAsync(Uri address, CancellationToken ct)
    {
        try
        {
            using var socket = new TcpClient();
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
            patience.CancelAfter(AnswerMax);
            await socket.ConnectAsync(address.Host, address.Port, patience.Token);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return false; // Its network is not there.
        }
    }

    private static bool IsNoAnswer(Exception e, CancellationToken ct) =>
        e is HttpRequestException or IOException or SocketException or AuthenticationException || (e is OperationCanceledException && !ct.IsCancellationRequested);
}
