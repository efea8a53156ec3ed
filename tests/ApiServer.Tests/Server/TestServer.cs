using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Navarch.ApiServer.Tokens;
using Navarch.Machinery.Tokens;
using Navarch.Storage;
using Navarch.Storage.Sqlite;

namespace Navarch.ApiServer.Tests.Server;

/// <summary>The real server over the real store in a directory of its own, and clients of it.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    /// <summary>No controller runs beside the server: none makes accounts, none lets go of what is protected.</summary>
    public static readonly AdmissionConfig WithoutControllers = new() { Disabled = ["ServiceAccount", "StorageObjectInUseProtection"] };

    private readonly List<HttpClient> clients = [];
    private readonly WatchedLogs logs = new();
    private ApiServerHost? host;
    private IRevisionStore? store;
    private Func<CancellationToken, Task<IRevisionStore>> openStore = null!;
    private Func<ApiServerConfig, ApiServerConfig>? configure;

    private TestServer()
    {
    }

    public TestAuthority Authority { get; } = new();

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("navarch-apiserver-").FullName;

    public ApiServerHost Host => host!;

    /// <summary>What the server has logged. No test may leave a secret there.</summary>
    public string Logged => logs.ToString();

    /// <summary>What the server keeps its objects in.</summary>
    public IRevisionStore Store => store!;

    /// <summary>What signs the tokens of service accounts.</summary>
    public TokenKey TokenKey => new TokenKeyFile(TokenKeyFile).Load()[0].Key;

    public string TokenKeyFile => Path.Combine(Directory, "service-accounts.key");

    private TimeProvider StoreTime { get; init; } = TimeProvider.System;

    /// <summary>A member of system:masters.</summary>
    public HttpClient Admin { get; private set; } = null!;

    /// <param name="storeTime">The clock by which objects expire.</param>
    /// <param name="openStore">Null: SQLite in the server's directory.</param>
    public static async Task<TestServer> StartAsync(
        Func<ApiServerConfig, ApiServerConfig>? configure = null, TimeProvider? storeTime = null, Func<CancellationToken, Task<IRevisionStore>>? openStore = null)
    {
        var server = new TestServer { StoreTime = storeTime ?? TimeProvider.System };
        server.openStore = openStore ?? server.OpenSqliteAsync;
        server.configure = configure;
        try
        {
            await server.OpenAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync(); // One that will not start leaves nothing either.
            throw;
        }
    }

    /// <summary>Stops server and store and starts both anew over the same data.</summary>
    public async Task RestartAsync()
    {
        await Host.DisposeAsync();
        await Store.DisposeAsync();
        (host, store) = (null, null);
        await OpenAsync();
    }

    public HttpClient ClientOf(X509Certificate2? certificate)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, presented, _, _) => presented is X509Certificate2 server && server.Issuer == Authority.Certificate.Subject,
                ClientCertificates = certificate is null ? null : [certificate],
                LocalCertificateSelectionCallback = certificate is null ? null : (_, _, _, _, _) => certificate,
            },
        };
        var client = new HttpClient(handler)
        {
            BaseAddress = Host.Address,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        clients.Add(client);
        return client;
    }

    /// <summary>A kubeconfig file for the administrator.</summary>
    public string Kubeconfig()
    {
        var path = Path.Combine(Directory, "admin.conf");
        using var certificate = Authority.Client("admin", "system:masters");
        File.WriteAllText(path, $"""
            apiVersion: v1
            kind: Config
            current-context: test
            clusters:
            - name: test
              cluster:
                server: {Host.Address.GetLeftPart(UriPartial.Authority)}
                certificate-authority-data: {Base64(Authority.Certificate.ExportCertificatePem())}
            users:
            - name: admin
              user:
                client-certificate-data: {Base64(certificate.ExportCertificatePem())}
                client-key-data: {Base64(certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem())}
            contexts:
            - name: test
              context:
                cluster: test
                user: admin
            """);
        return path;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in clients)
        {
            client.Dispose();
        }

        if (host is not null)
        {
            await host.DisposeAsync();
        }

        if (store is not null)
        {
            await store.DisposeAsync();
        }

        Authority.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
        logs.ThrowIfLeaked();
    }

    private async Task<IRevisionStore> OpenSqliteAsync(CancellationToken ct) =>
        await SqliteRevisionStore.OpenAsync(new SqliteStoreConfig { Path = Path.Combine(Directory, "state.db") }, StoreTime, ct);

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static Func<T> Once<T>(T value) => () => value;

    private async Task OpenAsync()
    {
        var ct = TestContext.Current.CancellationToken;
        store = await openStore(ct);
        new TokenKeyFile(TokenKeyFile).EnsureExists(TimeProvider.System);
        var config = new ApiServerConfig
        {
            BindAddress = IPAddress.Loopback,
            Port = 0,
            ServerCertificate = Once(SslStreamCertificateContext.Create(Authority.Server(), null, offline: true)),
            ClientAuthorities = Once<X509Certificate2Collection>([Authority.Certificate]),
            AdvertiseAddress = IPAddress.Parse("192.0.2.1"), // No machine has it (RFC 5737).
            ServiceAccountTokens = new ServiceAccountTokenConfig { KeyFiles = [TokenKeyFile], KeepsKeys = true },
            Admission = WithoutControllers,
            ReachesAlso = IPAddress.IsLoopback,
            KubeletClientCertificate = Once(Authority.Client("kube-apiserver-kubelet-client")),
        };
        host = await ApiServerHost.StartAsync(configure?.Invoke(config) ?? config, store, TimeProvider.System, logs, ct);
        Admin = ClientOf(Authority.Client("admin", "system:masters"));
    }
}

/// <summary>What tests say to a server.</summary>
internal static class HttpClientExtensions
{
    public static Task<Answer> GetAsync(this HttpClient client, string path, string accept) => SendAsync(client, HttpMethod.Get, path, null, accept: accept);

    public static Task<Answer> AskAsync(this HttpClient client, string path) => SendAsync(client, HttpMethod.Get, path, null);

    public static Task<Answer> PostAsync(this HttpClient client, string path, string body) => SendAsync(client, HttpMethod.Post, path, body);

    public static Task<Answer> PutAsync(this HttpClient client, string path, string body) => SendAsync(client, HttpMethod.Put, path, body);

    public static Task<Answer> RemoveAsync(this HttpClient client, string path, string? body = null) => SendAsync(client, HttpMethod.Delete, path, body);

    public static Task<Answer> PatchAsync(this HttpClient client, string path, string type, string body) => SendAsync(client, HttpMethod.Patch, path, body, $"application/{type}");

    public static async Task<Answer> SendAsync(
        this HttpClient client, HttpMethod method, string path, string? body, string contentType = "application/json", string? accept = null)
    {
        using var request = new HttpRequestMessage(method, path) { Version = client.DefaultRequestVersion, VersionPolicy = client.DefaultVersionPolicy };
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        }

        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var warnings = response.Headers.TryGetValues("Warning", out var values) ? values.ToList() : [];
        return new Answer((int)response.StatusCode, text, response.Content.Headers.ContentType?.ToString() ?? "", warnings);
    }
}

/// <summary>What a server answered.</summary>
internal sealed record Answer(int Code, string Text, string ContentType, IReadOnlyList<string> Warnings)
{
    public JsonNode Json => JsonNode.Parse(Text)!;

    public string Message => (string?)Json["message"] ?? "";

    public string Reason => (string?)Json["reason"] ?? "";

    public string Version => (string)Json["metadata"]!["resourceVersion"]!;

    public JsonArray Items => Json["items"]!.AsArray();
}
