using Navarch.Api.Authentication.V1;
using Navarch.Api.Authorization.V1;
using Navarch.Kubelet.Server.Access;
using Navarch.Kubelet.Tests.Runtime;

namespace Navarch.Kubelet.Tests.Server;

public sealed class ReviewsTests
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private static readonly ResourceAttributes Logs = new() { Verb = "get", Resource = "nodes", Subresource = "proxy" };

    private readonly HandTime _time = new();
    private readonly FakeCluster _cluster;
    private readonly Reviews _reviews;

    public ReviewsTests()
    {
        _cluster = new FakeCluster(_time);
        _reviews = new Reviews(new AccessConfig(), _cluster, _time);
    }

    [Fact]
    public async Task A_token_is_asked_about_again_when_the_answer_is_old()
    {
        _cluster.Access.Tokens["t"] = "ann";

        Assert.Equal("ann", (await _reviews.FindAsync("t", Ct))?.Username);
        _cluster.Access.Tokens.Clear();
        _time.Advance(TimeSpan.FromSeconds(119));
        Assert.Equal("ann", (await _reviews.FindAsync("t", Ct))?.Username);
        Assert.Equal(1, _cluster.Access.Asked);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(await _reviews.FindAsync("t", Ct));
    }

    [Fact]
    public async Task A_right_is_remembered_for_five_minutes_and_its_lack_for_half_of_one()
    {
        var (ann, bob) = (new UserInfo { Username = "ann" }, new UserInfo { Username = "bob" });
        _cluster.Access.May = static (user, _) => user == "ann";
        Assert.Equal((true, false), (await _reviews.MayAsync(ann, Logs, Ct), await _reviews.MayAsync(bob, Logs, Ct)));

        _cluster.Access.May = static (user, _) => user == "bob";
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal((true, false), (await _reviews.MayAsync(ann, Logs, Ct), await _reviews.MayAsync(bob, Logs, Ct)));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal((true, true), (await _reviews.MayAsync(ann, Logs, Ct), await _reviews.MayAsync(bob, Logs, Ct)));
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.False(await _reviews.MayAsync(ann, Logs, Ct));
    }

    [Fact]
    public async Task An_answer_to_one_question_is_none_to_another()
    {
        _cluster.Access.May = static (user, what) => user == "ann" && what.Subresource == "proxy";
        var ann = new UserInfo { Username = "ann" };

        Assert.True(await _reviews.MayAsync(ann, Logs, Ct));
        Assert.False(await _reviews.MayAsync(ann, Logs with { Subresource = "stats" }, Ct));
        Assert.False(await _reviews.MayAsync(ann with { Username = "an" }, Logs, Ct));
        Assert.True(await _reviews.MayAsync(ann with { Groups = ["other"] }, Logs, Ct));
        Assert.Equal(4, _cluster.Access.Asked);
    }

    [Fact]
    public async Task Without_the_API_server_only_what_is_remembered_is_known()
    {
        _cluster.Access.May = static (_, _) => true;
        var masters = new UserInfo { Username = "ann", Groups = ["system:masters"] };
        Assert.True(await _reviews.MayAsync(masters, Logs, Ct));
        _cluster.Access.IsReachable = false;

        Assert.True(await _reviews.MayAsync(masters, Logs, Ct));
        await Assert.ThrowsAsync<ReviewException>(() => _reviews.MayAsync(masters, Logs with { Verb = "create" }, Ct));
        await Assert.ThrowsAsync<ReviewException>(() => _reviews.FindAsync("t", Ct));

        _cluster.Access.IsReachable = true;
        Assert.True(await _reviews.MayAsync(masters, Logs with { Verb = "create" }, Ct));
    }

    [Fact]
    public void What_strangers_ask_costs_no_memory()
    {
        var cache = new BoundedCache<int>(100, _time);
        for (var i = 0; i < 10_000; i++)
        {
            cache.Set($"{i}", i, TimeSpan.FromMinutes(1));
        }

        Assert.Equal(100, cache.Count);
        Assert.True(cache.TryGet("9999", out _));
        Assert.False(cache.TryGet("0", out _));
    }

    /// <summary>A clock that stands until it is moved.</summary>
    private sealed class HandTime : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan by) => _ticks += by.Ticks;
    }
}
