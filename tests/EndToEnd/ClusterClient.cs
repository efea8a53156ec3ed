using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace Navarch.EndToEnd;

/// <summary>The API over plain HTTP calls, as who the kubeconfig says: for what kubectl is too slow for. Each has connections of its own.</summary>
internal sealed class ClusterClient : IDisposable
{
    // Longer than anything takes that is not lost.
    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(10);

    private readonly HttpClient http;

    private ClusterClient(HttpClient http) => this.http = http;

    public static async Task<Func<ClusterClient>> FactoryAsync(Kubectl kubectl)
    {
        var config = JsonNode.Parse((await kubectl.RunAsync("config", "view", "--raw", "--minify", "-o", "json")).Succeeded())!;
        var (cluster, user) = (config["clusters"]![0]!["cluster"]!, config["users"]![0]!["user"]!);
        var authority = X509CertificateLoader.LoadCertificate(Data(cluster, "certificate-authority-data"));
        using var pem = X509Certificate2.CreateFromPem(Text(user, "client-certificate-data"), Text(user, "client-key-data"));
        var identity = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        return () =>
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.Add(authority);
            return new ClusterClient(new HttpClient(new SocketsHttpHandler
            {
                UseProxy = false,
                SslOptions = new SslClientAuthenticationOptions { ClientCertificates = [identity], CertificateChainPolicy = policy },
            })
            {
                BaseAddress = new Uri((string)cluster["server"]!),
                Timeout = AnswerMax,
            });
        };

        static byte[] Data(JsonNode from, string name) => Encoding.ASCII.GetBytes(Text(from, name));

        static string Text(JsonNode from, string name) => Encoding.ASCII.GetString(Convert.FromBase64String((string)from[name]!));
    }

    /// <summary>The code and the object of the answer; null where there was none: the connection broke, or time ran out.</summary>
    public async Task<(int Code, JsonNode Body)?> TrySendAsync(HttpMethod method, string path, JsonNode? body = null)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path);
            if (body is not null)
            {
                request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
            }

            using var response = await http.SendAsync(request);
            return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or IOException or OperationCanceledException or System.Text.Json.JsonException)
        {
            return null;
        }
    }

    /// <summary>The events of a watch, until the connection ends.</summary>
    public async IAsyncEnumerable<JsonNode> WatchAsync(string path, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        using var response = await http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, ct);
        Assert.NotEqual(System.Net.HttpStatusCode.Gone, response.StatusCode); // That is told as an event.
        response.EnsureSuccessStatusCode(); // A server that is starting says so, and is asked again.
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(ct));
        while (await lines.ReadLineAsync(ct) is { } line)
        {
            yield return JsonNode.Parse(line)!;
        }
    }

    public void Dispose() => http.Dispose();
}
