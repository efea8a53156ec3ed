using System.Security.Cryptography.X509Certificates;

namespace Navarch.Client;

/// <summary>Where the API server is, how it proves itself, and who asks.</summary>
public sealed record ClientConfig(Uri Server)
{
    // Where the kubelet puts the identity of a pod.
    private const string ServiceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>Certificates that may sign the server's; empty means the machine's own.</summary>
    public X509Certificate2Collection Authorities { get; init; } = [];

    /// <summary>Name expected in the server's certificate, when it is not the host in <see cref="Server"/>.</summary>
    public string ServerName { get; init; } = "";

    /// <summary>Any certificate will do. For experiments only.</summary>
    public bool SkipsVerification { get; init; }

    /// <summary>The client's certificate with its key.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Certificates between <see cref="Certificate"/> and an authority.</summary>
    public X509Certificate2Collection Intermediates { get; init; } = [];

    public string Token { get; init; } = "";

    /// <summary>File with the token, read again every minute because such tokens are replaced in place.</summary>
    public string TokenFile { get; init; } = "";

    public string UserName { get; init; } = "";

    public string Password { get; init; } = "";

    /// <summary>Namespace of commands that name none.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>What the server's logs and managedFields call this client, by its part before the slash.</summary>
    public string UserAgent { get; init; } = "navarch/0.1";

    /// <summary>Longest wait for an answer. Watches and streams have none.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The identity of the pod this process runs in, or null outside of pods.</summary>
    public static ClientConfig? InCluster()
    {
        var host = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST");
        var port = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT");
        if (string.IsNullOrEmpty(host) || string.IsNullOrEmpty(port) || !File.Exists($"{ServiceAccountFolder}/token"))
        {
            return null;
        }

        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile($"{ServiceAccountFolder}/ca.crt");
        return new ClientConfig(new Uri($"https://{(host.Contains(':') ? $"[{host}]" : host)}:{port}"))
        {
            Authorities = authorities,
            TokenFile = $"{ServiceAccountFolder}/token",
            Namespace = File.ReadAllText($"{ServiceAccountFolder}/namespace").Trim(),
        };
    }

    /// <summary>Secrets stay out of logs.</summary>
    public override string ToString() => $"{Server} ({UserAgent})";
}
