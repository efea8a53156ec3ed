using Microsoft.Extensions.Logging.Abstractions;
using Navarch.Api.Core.V1;
using Navarch.Kubelet.Pods;
using Navarch.Kubelet.Volumes;
using Navarch.Testing;

namespace Navarch.Kubelet.Tests.Volumes;

/// <summary>A pod always finds a token that lives on for a while, and nobody else can read it.</summary>
public sealed class TokenRenewalTests : IAsyncLifetime
{
    private const int LifeSeconds = 600;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string root = Directory.CreateTempSubdirectory("nktok").FullName;
    private readonly FakeTime time = new();
    private readonly Dictionary<(string Volume, string Path), PodVolumes.Token> tokens = [];
    private NodeObjects objects = null!;
    private PodVolumes volumes = null!;

    public ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Tokens lie in memory: mounting takes root.");
        var cluster = new FakeCluster(time);
        objects = new NodeObjects(cluster, time, NullLoggerFactory.Instance);
        volumes = new PodVolumes(new PodDirectories(root), objects, cluster, time);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        volumes?.TearDown(Pod().Metadata.UID);
        if (objects is not null)
        {
            await objects.DisposeAsync();
        }

        Directory.Delete(root, recursive: true);
    }

    [Fact]
    public async Task A_token_is_renewed_when_four_fifths_of_its_life_are_over()
    {
        var begin = time.GetUtcNow();
        var (path, renewAt) = await SetUpAsync(Pod());
        Assert.Equal(begin.AddSeconds(0.8 * LifeSeconds), renewAt);
        Assert.Equal("token-1", await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));

        time.Advance(TimeSpan.FromSeconds((0.8 * LifeSeconds) - 1));
        await SetUpAsync(Pod());
        Assert.Equal("token-1", await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));

        time.Advance(TimeSpan.FromSeconds(1));
        var (_, next) = await SetUpAsync(Pod());
        Assert.Equal("token-2", await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
        Assert.Equal(begin.AddSeconds(1.6 * LifeSeconds), next);
    }

    [Fact]
    public async Task A_token_is_for_the_user_of_the_pod_alone()
    {
        var (plain, _) = await SetUpAsync(Pod());
        Assert.Equal(OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead, File.GetUnixFileMode(plain));

        var pod = Pod();
        var (own, _) = await SetUpAsync(pod with { Spec = pod.Spec with { SecurityContext = new PodSecurityContext { RunAsUser = 1000 } } });
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(own));
    }

    private async Task<(string Path, DateTimeOffset? RenewAt)> SetUpAsync(Pod pod)
    {
        var (paths, renewAt) = await volumes.SetUpAsync(pod, new PodFields(pod, [], [], []), tokens, TestContext.Current.CancellationToken);
        return (Path.Combine(paths["access"], "token"), renewAt);
    }

    private static Pod Pod()
    {
        var pod = Pods.A.Pod();
        var token = new ServiceAccountTokenProjection { Path = "token", ExpirationSeconds = LifeSeconds };
        return pod with
        {
            Spec = pod.Spec with
            {
                Volumes = [new Volume { Name = "access", Projected = new ProjectedVolumeSource { Sources = [new VolumeProjection { ServiceAccountToken = token }] } }],
            },
        };
    }
}
