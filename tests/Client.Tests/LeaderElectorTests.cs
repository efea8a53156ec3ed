using Microsoft.Extensions.Logging.Abstractions;
using Navarch.Api;
using Navarch.Api.Coordination.V1;
using Navarch.Api.Meta.V1;
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
    public async Task A_leader_whose_server_does_not_answer_steps_down_before_another_may_lead()
    {
        var silent = new SilentClient(cluster);
        var lost = DateTimeOffset.MaxValue;
        var elector = new LeaderElector(silent, new LeaderElectionConfig(Name, "a"), time, new Random(1), NullLogger.Instance);
        running.Add(elector.RunAsync(
            async ct =>
            {
                try
                {
                    await Task.Delay(Timeout.Infinite, ct);
                }
                finally
                {
                    lost = time.GetUtcNow();
                }
            },
            stop.Token));
        await Until.TrueAsync(() => elector.IsLeader);
        var b = Start("b");
        for (var i = 0; i < 5; i++)
        {
            time.Advance(TimeSpan.FromSeconds(2));
            await Task.Delay(5);
        }

        silent.IsSilent = true;
        var renewed = cluster.Get<Lease>(Name.Name, Name.Namespace).Spec.RenewTime!.Value.Value;
        while (time.GetUtcNow() - renewed < TimeSpan.FromSeconds(10))
        {
            time.Advance(TimeSpan.FromSeconds(0.5));
            Assert.False(b.IsLeader);
        }

        // What it leads ends on other threads; the clock waits for them.
        await Until.TrueAsync(() => !elector.IsLeader, "the leader to step down");
        Assert.InRange(lost - renewed, TimeSpan.Zero, TimeSpan.FromSeconds(10.5));
        while (!b.IsLeader)
        {
            time.Advance(TimeSpan.FromSeconds(0.5));
            await Task.Delay(2);
        }

        Assert.False(elector.IsLeader);
        Assert.InRange(time.GetUtcNow() - renewed, TimeSpan.FromSeconds(14.5), TimeSpan.FromSeconds(18));
        Assert.Equal(1, cluster.Get<Lease>(Name.Name, Name.Namespace).Spec.LeaseTransitions);
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

    /// <summary>A server that can stop answering, and does not care who has given up.</summary>
    private sealed class SilentClient(IClient inner) : IClient
    {
        public bool IsSilent { get; set; }

        public Task<T> GetAsync<T>(NamespacedName name, CancellationToken ct) where T : class, IResource<T> => IsSilent ? Never<T>() : inner.GetAsync<T>(name, ct);

        public Task<ResourceList<T>> ListAsync<T>(ListQuery query, CancellationToken ct) where T : class, IResource<T> => inner.ListAsync<T>(query, ct);

        public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ListQuery query, CancellationToken ct) where T : class, IResource<T> => inner.WatchAsync<T>(query, ct);

        public Task<T> CreateAsync<T>(T resource, CancellationToken ct) where T : class, IResource<T> => inner.CreateAsync(resource, ct);

        public Task<T> UpdateAsync<T>(T resource, CancellationToken ct) where T : class, IResource<T> => IsSilent ? Never<T>() : inner.UpdateAsync(resource, ct);

        public Task<T> UpdateStatusAsync<T>(T resource, CancellationToken ct) where T : class, IResource<T> => inner.UpdateStatusAsync(resource, ct);

        public Task<T> PatchAsync<T>(NamespacedName name, Patch patch, string subresource, CancellationToken ct) where T : class, IResource<T> => inner.PatchAsync<T>(name, patch, subresource, ct);

        public Task DeleteAsync<T>(NamespacedName name, DeleteOptions options, CancellationToken ct) where T : class, IResource<T> => inner.DeleteAsync<T>(name, options, ct);

        public Task<TResult> PostAsync<T, TBody, TResult>(NamespacedName name, string subresource, TBody body, CancellationToken ct)
            where T : class, IResource<T>
            where TBody : IApiObject
            where TResult : IApiType<TResult> => inner.PostAsync<T, TBody, TResult>(name, subresource, body, ct);

        public Task<T> UpdateSubresourceAsync<T>(T resource, string subresource, CancellationToken ct) where T : class, IResource<T> => inner.UpdateSubresourceAsync(resource, subresource, ct);

        private static Task<T> Never<T>() => new TaskCompletionSource<T>().Task;
    }
}
