using Microsoft.Extensions.Logging.Abstractions;
using Navarch.Api.Coordination.V1;
using Navarch.Testing;

namespace Navarch.Client.Tests;

public sealed class LeaderElectorTests : IAsyncLifetime
{
    private static readonly NamespacedName Name = new("kube-system", "kube-controller-manager");

    private static readonly AsyncLocal<string> Caller = new();

    private readonly FakeTime time = new();
    private readonly CancellationTokenSource stop = new();
    private readonly FakeCluster cluster;
    private readonly List<Task> running = [];

    public LeaderElectorTests() => cluster = new FakeCluster(time);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        foreach (var task in running)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        }

        stop.Dispose();
    }

    [Fact]
    public async Task Only_one_of_several_leads()
    {
        var (a, b) = (Start("a"), Start("b"));
        await Until.TrueAsync(time, () => a.IsLeader || b.IsLeader);

        for (var i = 0; i < 20; i++)
        {
            time.Advance(TimeSpan.FromSeconds(2));
            await Task.Delay(2);
            Assert.False(a.IsLeader && b.IsLeader);
        }
    }

    [Fact]
    public async Task A_leader_that_cannot_renew_steps_down_and_another_takes_over()
    {
        var a = Start("a");
        await Until.TrueAsync(() => a.IsLeader);
        var b = Start("b");
        cluster.Interceptor = (_, _, _) =>
        {
            if (Caller.Value == "a")
            {
                throw new IOException("cut off");
            }
        };

        await Until.TrueAsync(time, () => !a.IsLeader);
        await Until.TrueAsync(time, () => b.IsLeader);
        Assert.False(a.IsLeader);
    }

    [Fact]
    public async Task A_leader_that_is_stopped_gives_the_lease_back()
    {
        using var own = new CancellationTokenSource();
        var elector = new LeaderElector(cluster, new LeaderElectionConfig(Name, "a"), time, new Random(1), NullLogger.Instance);
        var run = elector.RunAsync(ct => Task.Delay(Timeout.Infinite, ct), own.Token);
        await Until.TrueAsync(() => elector.IsLeader);

        await own.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);

        Assert.Equal("", cluster.Get<Lease>(Name.Name, Name.Namespace).Spec.HolderIdentity ?? "");
    }

    private LeaderElector Start(string identity)
    {
        var elector = new LeaderElector(cluster, new LeaderElectionConfig(Name, identity), time, new Random(1), NullLogger.Instance);
        Caller.Value = identity;
        running.Add(elector.RunAsync(ct => Task.Delay(Timeout.Infinite, ct), stop.Token));
        Caller.Value = "";
        return elector;
    }
}
