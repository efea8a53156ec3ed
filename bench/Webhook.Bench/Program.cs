using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Navarch.ApiServer;
using Navarch.Storage.Sqlite;

// Creates of ConfigMaps a second: without webhooks, beside one that does not match, and with one that allows. All of
// it, clients and webhook too, shares this machine and this process.
const int Clients = 16;
var seconds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 5;
var directory = Directory.CreateTempSubdirectory("navarch-webhook-bench-").FullName;
var now = TimeProvider.System.GetUtcNow();
using var authority = Authority();
using var serverCertificate = Sign("CN=server");
using var adminCertificate = Sign("O=system:masters,CN=admin");
var (hook, hookUrl) = await HookListener.StartAsync(serverCertificate);
await using var hookLife = hook;
try
{
    await using var store = await SqliteRevisionStore.OpenAsync(new SqliteStoreConfig { Path = Path.Combine(directory, "state.db") }, TimeProvider.System, CancellationToken.None);
    var shown = SslStreamCertificateContext.Create(serverCertificate, null, offline: true);
    X509Certificate2Collection trusted = [authority];
    var config = new ApiServerConfig
    {
        BindAddress = IPAddress.Loopback,
        Port = 0,
        ServerCertificate = () => shown,
        ClientAuthorities = () => trusted,
        AdvertiseAddress = IPAddress.Parse("192.0.2.1"),
    };
    await using var server = await ApiServerHost.StartAsync(config, store, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
    using var client = new HttpClient(new SocketsHttpHandler
    {
        SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true, ClientCertificates = [adminCertificate], LocalCertificateSelectionCallback = (_, _, _, _, _) => adminCertificate },
    })
    {
        BaseAddress = server.Address,
        DefaultRequestVersion = HttpVersion.Version20,
    };

    await MeasureAsync(client, "warm-up");
    for (var round = 0; round < 2; round++)
    {
        var none = await MeasureAsync(client, "no webhook", null);
        await ConfigureAsync(client, "validating", "pods");
        await MeasureAsync(client, "one that does not match", none);
        await RemoveAsync(client, "validating");
        await ConfigureAsync(client, "validating", "configmaps");
        await MeasureAsync(client, "one validating that allows", none);
        await RemoveAsync(client, "validating");
        await ConfigureAsync(client, "mutating", "configmaps");
        await MeasureAsync(client, "one mutating that allows", none);
        await RemoveAsync(client, "mutating");
    }
}
finally
{
    Directory.Delete(directory, recursive: true);
}

async Task<double> MeasureAsync(HttpClient client, string what, double? against = null)
{
    var made = 0;
    var began = Stopwatch.GetTimestamp();
    await Task.WhenAll(Enumerable.Range(0, Clients).Select(async worker =>
    {
        while (Stopwatch.GetElapsedTime(began).TotalSeconds < seconds)
        {
            await PostAsync(client, "/api/v1/namespaces/default/configmaps", """{"metadata":{"generateName":"bench-"},"data":{"key":"value"}}""");
            Interlocked.Increment(ref made);
        }
    }));
    var rate = made / Stopwatch.GetElapsedTime(began).TotalSeconds;
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-30} {rate,8:F0} creates/s{(against is { } other ? $"  {rate / other:P0} of none" : "")}"));
    return rate;
}

Task ConfigureAsync(HttpClient client, string kind, string resource) => PostAsync(client, $"/apis/admissionregistration.k8s.io/v1/{kind}webhookconfigurations", $$$"""
    {"metadata":{"name":"bench"},"webhooks":[{"name":"bench.example.com","sideEffects":"None","admissionReviewVersions":["v1"],
     "clientConfig":{"url":"{{{hookUrl}}}/","caBundle":"{{{Convert.ToBase64String(Encoding.ASCII.GetBytes(authority.ExportCertificatePem()))}}}"},
     "rules":[{"operations":["CREATE"],"apiGroups":[""],"apiVersions":["v1"],"resources":["{{{resource}}}"]}]}]}
    """);

static async Task RemoveAsync(HttpClient client, string kind)
{
    using var answer = await client.DeleteAsync(new Uri($"/apis/admissionregistration.k8s.io/v1/{kind}webhookconfigurations/bench", UriKind.Relative));
    answer.EnsureSuccessStatusCode();
}

static async Task PostAsync(HttpClient client, string path, string body)
{
    using var content = new StringContent(body, new MediaTypeHeaderValue("application/json"));
    using var answer = await client.PostAsync(new Uri(path, UriKind.Relative), content);
    if (!answer.IsSuccessStatusCode)
    {
        throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
    }
}

X509Certificate2 Authority()
{
    using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    var request = new CertificateRequest("CN=bench-ca", key, HashAlgorithmName.SHA256);
    request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
    using var made = request.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
    return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
}

X509Certificate2 Sign(string subject)
{
    using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
    var names = new SubjectAlternativeNameBuilder();
    names.AddIpAddress(IPAddress.Loopback);
    request.CertificateExtensions.Add(names.Build());
    using var issuer = authority.GetECDsaPrivateKey()!;
    using var certificate = request.Create(authority.SubjectName, X509SignatureGenerator.CreateForECDsa(issuer), now.AddHours(-1), now.AddDays(1), RandomNumberGenerator.GetBytes(8));
    using var whole = certificate.CopyWithPrivateKey(key);
    return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
}
