using Navarch.Api.Core.V1;
using Navarch.Testing;

namespace Navarch.Client.Tests;

public sealed class ChangeExecutionTests
{
    private readonly FakeCluster cluster = new(new FakeTime());

    [Fact]
    public async Task A_server_that_refuses_the_first_is_not_asked_for_the_rest()
    {
        cluster.Interceptor = (_, _, _) => throw ApiException.Of(403, "Forbidden", "exceeded quota");
        var outcomes = new List<ChangeOutcome>();

        var error = await Assert.ThrowsAsync<ApiException>(() => cluster.ApplyAsync(Creations(500), default, outcomes.Add));

        Assert.Equal("exceeded quota", error.Message);
        Assert.Single(outcomes);
    }

    [Fact]
    public async Task All_changes_happen_and_each_is_told()
    {
        var told = 0;

        await cluster.ApplyAsync(Creations(100), default, outcome => told += outcome.Stored is null ? 0 : 1);

        Assert.Equal(100, told);
        Assert.Equal(100, cluster.All<Pod>().Count);
    }

    [Fact]
    public async Task An_object_that_is_gone_or_was_replaced_counts_as_deleted()
    {
        cluster.With(A.Pod("replaced"));

        await cluster.ApplyAsync([new Change.Delete<Pod>(A.Pod("gone")), new Change.Delete<Pod>(A.Pod("replaced"))], default);

        Assert.Single(cluster.All<Pod>());
    }

    private static IEnumerable<Change> Creations(int count) =>
        Enumerable.Range(0, count).Select(i => new Change.Create<Pod>(A.Pod($"p{i:000}")));
}
