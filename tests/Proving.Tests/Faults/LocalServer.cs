using Navarch.Cluster.Certificates;
using Navarch.Cluster.Profiles;
using Navarch.Testing;

namespace Navarch.Proving.Tests.Faults;

/// <summary>
/// <c>navarch apiserver</c> in a process of its own, with a profile that has nothing else: no node, no containers. Needs root, because
/// profiles lie in <c>/var/lib/navarch</c>.
/// </summary>
internal sealed class LocalServer : IDisposable
{
    private readonly ProfilePaths paths;
    private readonly List<HttpClient> clients = [];

    /// <param name="twin">A server of the same cluster, whose authority and keys this one shares.</param>
    /// <param name="options">For the command, such as where its etcd is.</param>
    public LocalServer(LocalServer? twin = null, params IReadOnlyList<string> options)
    {
        var name = $"proof-{Guid.NewGuid():N}"[..20];
        paths = new ProfileStore().PathsOf(name);
        var profile = new Profile
        {
            Name = name,
            ApiPort = FreePort.Next(),
            KubeletPort = 10250,
            MirrorPort = 10350,
            PodCidr = "10.251.0.0/16",
            ServiceCidr = "10.110.0.0/15",
            Bridge = name[..15],
        };
        new ProfileStore().Save(profile);
        if (twin is not null)
        {
            Directory.CreateDirectory(paths.Certificates);
            foreach (var file in Directory.GetFiles(twin.paths.Certificates))
            {
                File.Copy(file, Path.Combine(paths.Certificates, Path.GetFileName(file)));
            }
        }

        new ClusterCertificates(paths, TimeProvider.System).Ensure(profile, []);
        Address = profile.ApiAddress;
        Process = new ServerProcess(Launcher(), ["apiserver", "--profile", name, .. options]);
    }

    public Uri Address { get; }

    public ServerProcess Process { get; }

    /// <summary>The database, where the server has one of its own.</summary>
    public string Database => paths.Database;

    /// <summary>An administrator. Each client has connections of its own.</summary>
    public HttpClient NewClient()
    {
        var client = Connection.Open(
            Address, paths.Certificate(ClusterCertificates.Authority), paths.Certificate(ClusterCertificates.Admin), paths.Key(ClusterCertificates.Admin));
        clients.Add(client);
        return client;
    }

    /// <summary>Returns when it is ready.</summary>
    public Task StartAsync(CancellationToken ct)
    {
        Process.Start();
        return ReadyAsync(ct);
    }

    public async Task ReadyAsync(CancellationToken ct)
    {
        using var client = NewClient();
        await Process.ReadyAsync(client, ct);
    }

    public void Dispose()
    {
        Process.Dispose();
        clients.ForEach(client => client.Dispose());
        Directory.Delete(paths.State, recursive: true);
        try
        {
            Directory.Delete(paths.StateRoot);
        }
        catch (IOException)
        {
            // Others have something there.
        }
    }

    private static string Launcher()
    {
        if (Environment.GetEnvironmentVariable("NAVARCH") is { } launcher)
        {
            return launcher;
        }

        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Navarch.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("set NAVARCH to the launcher's path");
        }

        return Path.Combine(folder.FullName, "navarch");
    }
}
