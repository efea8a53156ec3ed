using Navarch.Api.FlowControl.V1;
using Navarch.Api.Meta.V1;
using Navarch.ApiServer.Fairness;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.Resources;
using Navarch.ApiServer.WatchCache;
using Navarch.Machinery.Errors;
using Navarch.Testing;

namespace Navarch.ApiServer.Tests.Fairness;

public sealed class FlowControlTests
{
    private static readonly RequestInfo Get = RequestInfo.Parse("GET", "/api/v1/namespaces/a/pods/x", isWatch: false);

    [Fact]
    public async Task A_flood_of_one_level_leaves_the_other_its_own_seats()
    {
        // Ten seats each, of which each lends half.
        var control = new Control(20, [Level("low", lendable: 50), Level("high", lendable: 50)], [Schema("flood", "low", "flooder"), Schema("calm", "high", "worker")]);

        var flood = Enumerable.Range(0, 40).Select(_ => control.Enter("flooder")).ToList();
        var calm = Enumerable.Range(0, 5).Select(_ => control.Enter("worker")).ToList();

        Assert.Equal(15, flood.Count(static turn => turn.IsCompleted)); // Its ten and the five it could borrow.
        Assert.All(calm, static turn => Assert.True(turn.IsCompletedSuccessfully));

        // What is given back goes to the level that is within its shares.
        var sixth = control.Enter("worker");
        Assert.False(sixth.IsCompleted);
        (await flood[0]).Dispose();
        (await sixth).Dispose();
        await Until.TrueAsync(() => flood.Count(static turn => turn.IsCompleted) == 16);
    }

    [Fact]
    public void What_a_level_may_borrow_has_a_limit()
    {
        var control = new Control(20, [Level("low", lendable: 0, borrowing: 20), Level("high", lendable: 100)], [Schema("flood", "low", "flooder")]);

        var flood = Enumerable.Range(0, 40).Select(_ => control.Enter("flooder")).ToList();

        Assert.Equal(12, flood.Count(static turn => turn.IsCompleted));
    }

    [Fact]
    public async Task A_flow_that_floods_holds_up_no_other_flow_of_its_level()
    {
        var control = new Control(4, [Level("all", queues: 64, hand: 6)], [Schema("everybody", "all", "*", byUser: true)]);
        var flood = Enumerable.Range(0, 204).Select(_ => control.Enter("flooder")).ToList();
        Assert.Equal(4, flood.Count(static turn => turn.IsCompleted));

        var other = control.Enter("somebody");
        Assert.False(other.IsCompleted);
        for (var i = 0; i < 7; i++)
        {
            (await flood[i]).Dispose(); // Of each of the flooder's queues one at the most goes before.
            await Until.TrueAsync(() => flood.Count(static turn => turn.IsCompleted) + (other.IsCompleted ? 1 : 0) == 5 + i);
        }

        Assert.True(other.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Wide_requests_take_as_many_seats_and_one_at_least_is_always_served()
    {
        var control = new Control(4, [Level("all")], [Schema("everybody", "all", "*")]);

        var wide = await control.Enter("somebody", width: 10);
        var narrow = control.Enter("somebody");
        Assert.False(narrow.IsCompleted);

        wide.Dispose();
        (await narrow).Dispose();
    }

    [Fact]
    public async Task A_full_queue_and_a_level_without_queues_refuse()
    {
        var control = new Control(
            2, [Level("short", queues: 1, hand: 1, length: 2), Level("none", queues: 0)], [Schema("a", "short", "a"), Schema("b", "none", "b")]);

        var served = await control.Enter("a");
        _ = control.Enter("a");
        _ = control.Enter("a");
        var refused = await Assert.ThrowsAsync<StatusException>(() => control.Enter("a"));
        Assert.Equal((429, 1), (refused.Status.Code, refused.Status.Details!.RetryAfterSeconds));

        await control.Enter("b");
        await Assert.ThrowsAsync<StatusException>(() => control.Enter("b"));
        served.Dispose();
    }

    [Fact]
    public async Task Who_gives_up_waiting_loses_the_place_and_takes_no_seat()
    {
        var control = new Control(1, [Level("all")], [Schema("everybody", "all", "*")]);
        var served = await control.Enter("a");
        using var patience = new CancellationTokenSource();
        var gone = control.Enter("a", ct: patience.Token);
        var next = control.Enter("a");

        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        served.Dispose();
        (await next).Dispose();
        Assert.True(control.Enter("a").IsCompletedSuccessfully);
    }

    [Fact]
    public void Exempt_requests_never_wait()
    {
        var exempt = new PriorityLevelConfiguration { Metadata = new ObjectMeta { Name = "exempt" }, Spec = new() { Type = PriorityLevelEnablement.Exempt } };
        var control = new Control(1, [exempt], [Schema("everybody", "exempt", "*")]);

        Assert.All(Enumerable.Range(0, 100), _ => Assert.True(control.Enter("a").IsCompletedSuccessfully));
    }

    [Fact]
    public void The_schema_with_the_lowest_precedence_that_matches_decides()
    {
        var control = new Control(1, [Level("all")], [
            Schema("later", "all", "*", precedence: 20),
            Schema("dangling", "missing", "*", precedence: 1),
            Schema("other", "all", "somebody-else", precedence: 2),
            Schema("first", "all", "a", precedence: 10)]);

        Assert.Equal("first", control.Classify("a")!.Schema.Metadata.Name);
        Assert.Equal("later", control.Classify("b")!.Schema.Metadata.Name);
    }

    private static PriorityLevelConfiguration Level(string name, int lendable = 0, int? borrowing = null, int queues = 8, int hand = 2, int length = 50) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        Spec = new()
        {
            Type = PriorityLevelEnablement.Limited,
            Limited = new()
            {
                NominalConcurrencyShares = 30,
                LendablePercent = lendable,
                BorrowingLimitPercent = borrowing,
                LimitResponse = queues == 0
                    ? new() { Type = LimitResponseType.Reject }
                    : new() { Type = LimitResponseType.Queue, Queuing = new() { Queues = queues, HandSize = hand, QueueLengthLimit = length } },
            },
        },
    };

    private static FlowSchema Schema(string name, string level, string user, bool byUser = false, int precedence = 100) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        Spec = new()
        {
            PriorityLevelConfiguration = new() { Name = level },
            MatchingPrecedence = precedence,
            DistinguisherMethod = byUser ? new() { Type = FlowDistinguisherMethodType.FlowDistinguisherMethodByUserType } : null,
            Rules =
            [
                new()
                {
                    Subjects = [new() { Kind = SubjectKind.User, User = new() { Name = user } }],
                    ResourceRules = [new() { Verbs = ["*"], APIGroups = ["*"], Resources = ["*"], Namespaces = ["*"], ClusterScope = true }],
                },
            ],
        },
    };

    /// <summary>A flow control over given objects, without a server around it.</summary>
    private sealed class Control
    {
        private readonly FlowControl control;

        public Control(int seats, IReadOnlyList<PriorityLevelConfiguration> levels, IReadOnlyList<FlowSchema> schemas)
        {
            var catalog = new Catalog([.. AllResources.List.SelectMany(static rules => rules.ToKinds())]);
            Load(catalog.Get<PriorityLevelConfiguration>(), levels);
            Load(catalog.Get<FlowSchema>(), schemas);
            control = new FlowControl(catalog, seats, TimeProvider.System);
        }

        public Flow? Classify(string user) => control.Find(new UserInfo(user, []), Get);

        public Task<FlowControl.Ticket> Enter(string user, int width = 1, CancellationToken ct = default)
        {
            var info = new UserInfo(user, []);
            return EnterAsync();

            async Task<FlowControl.Ticket> EnterAsync() => await control.EnterAsync(control.Find(info, Get)!, info, Get, width, ct);
        }

        private static void Load(Kind kind, IEnumerable<Api.IResource> objects) =>
            kind.Objects.Load([.. objects.OrderBy(static value => value.Metadata.Name, StringComparer.Ordinal).Select(value => StoredObject.From(kind.Prepare(value), 1, keepValue: true))], 1);
    }
}
