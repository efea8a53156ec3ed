using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Navarch.Cli.Roles;
using Navarch.Cluster;
using Navarch.Cluster.Certificates;
using Navarch.Cluster.Kubeconfig;
using Navarch.Cluster.Lifecycle;
using Navarch.Cluster.Profiles;
using Navarch.Testing;

namespace Navarch.Cli.Tests;

/// <summary>The authority of a control plane is replaced that runs, composed as in a cluster.</summary>
public sealed class AuthorityRotationTests : IAsyncLifetime
{
    private readonly CancellationTokenSource _stop = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("navarch-rotation-").FullName;
    private ProfileStore _profiles = null!;
    private Profile _profile = null!;
    private ProfilePaths _paths = null!;
    private Task _running = null!;

    public async ValueTask InitializeAsync()
    {
        _profiles = new ProfileStore(Path.Combine(_folder, "state"), Path.Combine(_folder, "run"));
        _profile = _profiles.Plan("one", FreePort.Next(), static _ => true) with { KubeletPort = FreePort.Next() };
        _paths = _profiles.PathsOf("one");
        Directory.CreateDirectory(_paths.State);
        _profiles.Save(_profile);
        new ClusterCertificates(_paths, TimeProvider.System).Ensure(_profile, []);
        ComponentKubeconfig.WriteAll(_profile, _paths);
        _running = ControlPlane.ServerAsync(new RoleContext(_profile, _paths, "", NullLoggerFactory.Instance, TimeProvider.System), _stop.Token);
        using var api = new ClusterApi(_profile, _paths);
        while (!await api.IsReadyAsync(default))
        {
            Assert.False(_running.IsFaulted, _running.Exception?.ToString());
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _running);
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Clients_that_never_hear_of_it_work_on_until_the_old_authority_is_dropped()
    {
        var ct = TestContext.Current.CancellationToken;
        var files = new AuthorityFiles(_paths, TimeProvider.System);
        var old = X509CertificateLoader.LoadCertificate(files.Signer.RawData);
        var stranger = Load(ClusterCertificates.Scheduler);
        using var working = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var work = WorkAsync(old, stranger, working.Token);

        var issued = await new AuthorityRotation(_profiles, SilentProgress.Instance, TimeProvider.System).RunAsync("one", ct);

        Assert.Contains(ClusterCertificates.ApiServer, issued);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(files.Signer, Load(ClusterCertificates.Scheduler), ct));
        using (var api = new ClusterApi(_profile, _paths))
        {
            using var map = await api.FindAsync("/api/v1/namespaces/kube-system/configmaps/kube-root-ca.crt", ct);
            var told = map!.RootElement.GetProperty("data").GetProperty("ca.crt").GetString()!;
            Assert.All((X509Certificate2[])[old, files.Signer], authority => Assert.Contains(authority.ExportCertificatePem(), told, StringComparison.Ordinal));
        }

        var again = await Assert.ThrowsAsync<ClusterException>(() => new AuthorityRotation(_profiles, SilentProgress.Instance, TimeProvider.System).RunAsync("one", ct));
        Assert.Equal("the last rotation is not over: \"navarch-one\" is still trusted", again.Message);
        using (var api = new ClusterApi(_profile, _paths))
        {
            using var uses = await api.FindAsync("/navarch/v1/authorities", ct);
            var use = Assert.Single(uses!.RootElement.GetProperty("uses").EnumerateArray(), static use => use.GetProperty("user").GetString() == "system:kube-scheduler");
            Assert.Equal("CN=navarch-one", use.GetProperty("authority").GetString());
        }

        await working.CancelAsync();
        Assert.True(await work > 0);

        var pruned = await new AuthorityRotation(_profiles, SilentProgress.Instance, TimeProvider.System).PruneAsync("one", isForced: true, ct); // The client may have come just now.

        Assert.Equal(["navarch-one"], pruned.Dropped);
        while (await AskAsync(files.Signer, stranger, ct) != HttpStatusCode.Unauthorized || await AskAsync(old, Load(ClusterCertificates.Scheduler), ct) is not null)
        {
            await Task.Delay(50, ct);
        }

        Assert.Equal(HttpStatusCode.OK, await AskAsync(files.Signer, Load(ClusterCertificates.Scheduler), ct));
        Assert.Empty((await new AuthorityRotation(_profiles, SilentProgress.Instance, TimeProvider.System).PruneAsync("one", isForced: false, ct)).Dropped);
    }

    /// <summary>How often a client was served, by a connection of its own each time, that has and trusts what it always had.</summary>
    private async Task<int> WorkAsync(X509Certificate2 authority, X509Certificate2 identity, CancellationToken ct)
    {
        for (var count = 0; ; count++)
        {
            try
            {
                Assert.Equal(HttpStatusCode.OK, await AskAsync(authority, identity, ct));
                await Task.Delay(10, ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return count;
            }
        }
    }

    /// <summary>Null where the server is not who the client trusts.</summary>
    private async Task<HttpStatusCode?> AskAsync(X509Certificate2 authority, X509Certificate2 identity, CancellationToken ct)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificate(authority.RawData));
        using var http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy, LocalCertificateSelectionCallback = (_, _, _, _, _) => identity },
        });
        try
        {
            using var answer = await http.GetAsync(new Uri(_profile.ApiAddress, "/api/v1/nodes"), ct);
            return answer.StatusCode;
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            return null;
        }
    }

    private X509Certificate2 Load(string name)
    {
        using var pem = X509Certificate2.CreateFromPemFile(_paths.Certificate(name), _paths.Key(name));
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
    }
}
