using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Navarch.Api.Core.V1;
using Navarch.Scheduler.Matching;
using Navarch.Scheduler.Preemption;
using Navarch.Scheduler.Queue;
using Navarch.Scheduler.Snapshots;
using Navarch.Testing;

namespace Navarch.Scheduler.Tests;

/// <summary>The loop without its surroundings: what it is told and what it wants written.</summary>
public class SchedulingLoopTests
{
    private readonly FakeTime time = new(A.Noon);
    private readonly ClusterState state = new();
    private readonly SchedulingQueue queue;
    private readonly ReportHandler handler;
    private readonly SchedulingLoop loop;

    public SchedulingLoopTests()
    {
        queue = new SchedulingQueue(time);
        handler = new ReportHandler("default-scheduler", state, queue);
        var algorithm = A.Algorithm();
        loop = new SchedulingLoop(
            state,
            queue,
            algorithm,
            new Preemptor(algorithm, new Random(1)),
            handler,
            Channel.CreateUnbounded<Report>().Reader,
            Channel.CreateUnbounded<WriteJob>().Writer,
            time,
            NullLogger.Instance);
    }

    [Fact]
    public void A_placed_pod_counts_before_it_is_bound()
    {
        Report(A.Node("a", cpu: "1"));
        Report(A.Pod("first", cpu: "1"));
        Report(A.Pod("second", cpu: "1"));

        var bind = Assert.IsType<WriteJob.Bind>(Assert.Single(Next()));
        Assert.Equal(("first", "a"), (bind.Pod.Name, bind.NodeName));
        Assert.IsType<WriteJob.Explain>(Assert.Single(Next()));
    }

    [Fact]
    public void A_failed_binding_gives_the_room_back_and_is_tried_again()
    {
        Report(A.Node("a", cpu: "1"));
        Report(A.Pod("first", cpu: "1"));
        var bind = (WriteJob.Bind)Next().Single();
        Report(A.Pod("second", cpu: "1"));
        Next();

        handler.Handle(new Report.OfBinding(bind.Queued, bind.Pod, new IOException("no server")));

        Assert.Equal("second", ((WriteJob.Bind)Next().Single()).Pod.Name);
        Assert.DoesNotContain(state.TakeSnapshot().FindNode("a")!.Pods, pod => pod.Name == "first");
        Assert.Equal(1, queue.BackoffCount);
        Report(A.Node("b", cpu: "1"));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("first", ((WriteJob.Bind)Next().Single()).Pod.Name);
    }

    [Fact]
    public void A_binding_that_failed_but_was_stored_stands()
    {
        Report(A.Node("a", cpu: "1"));
        Report(A.Pod("web", cpu: "1"));
        var bind = (WriteJob.Bind)Next().Single();

        Report(A.Pod("web", cpu: "1", node: "a"), before: A.Pod("web", cpu: "1"));
        handler.Handle(new Report.OfBinding(bind.Queued, bind.Pod, new TimeoutException()));

        Assert.Single(state.TakeSnapshot().FindNode("a")!.Pods);
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public void A_bound_pod_leaves_the_queue()
    {
        Report(A.Node("a"));
        Report(A.Pod("web"));
        var bind = (WriteJob.Bind)Next().Single();

        handler.Handle(new Report.OfBinding(bind.Queued, bind.Pod, Error: null));

        Assert.Equal(0, queue.Count);
        Assert.True(state.IsAssumed("default-web")); // Until the informer says so too.
    }

    [Fact]
    public void A_pod_deleted_while_it_is_bound_frees_its_room()
    {
        Report(A.Node("a"));
        Report(A.Pod("web"));
        var bind = (WriteJob.Bind)Next().Single();

        handler.Handle(new Report.OfPod(A.Pod("web"), null));
        handler.Handle(new Report.OfBinding(bind.Queued, bind.Pod, Error: null));

        Assert.Empty(state.TakeSnapshot().FindNode("a")!.Pods);
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public void Pods_of_another_scheduler_are_counted_where_they_run_but_not_placed()
    {
        Report(A.Node("a"));
        var other = A.Pod("web", cpu: "1");
        other = other with { Spec = other.Spec with { SchedulerName = "mine" } };

        Report(other);
        Assert.Equal(0, queue.Count);

        Report(other with { Spec = other.Spec with { NodeName = "a" } });
        Assert.Equal(1000, state.TakeSnapshot().FindNode("a")!.Requested.MilliCpu);
    }

    [Fact]
    public void A_finished_pod_takes_nothing()
    {
        Report(A.Node("a", cpu: "1"));
        var job = A.Pod("job", cpu: "1", node: "a");
        Report(job);
        Report(A.Pod("web", cpu: "1"));
        Assert.IsType<WriteJob.Explain>(Next().Single());

        Report(job with { Status = job.Status with { Phase = PodPhase.PodSucceeded } });

        Assert.Equal("web", ((WriteJob.Bind)Next().Single()).Pod.Name);
    }

    [Fact]
    public void A_pod_that_is_to_be_deleted_is_not_placed()
    {
        Report(A.Node("a"));
        Report(A.Pod("web"));
        Report(A.Pod("web", terminating: true));

        Assert.False(queue.TryPop(out _));
    }

    [Fact]
    public void A_heartbeat_of_a_node_wakes_nobody_but_new_labels_do()
    {
        Report(A.Node("a"));
        Report(A.Pod("web", nodeSelector: [new("disk", "ssd")]));
        Next();

        Report(A.Node("a"));
        Assert.Equal(1, queue.UnschedulableCount);

        Report(A.Node("a", labels: [new("disk", "ssd")]));
        Assert.Equal("web", ((WriteJob.Bind)Next().Single()).Pod.Name);
    }

    [Fact]
    public void An_unschedulable_pod_is_explained()
    {
        Report(A.Node("a", cpu: "1"));
        Report(A.Pod("web", cpu: "2"));

        var explain = Assert.IsType<WriteJob.Explain>(Next().Single());

        Assert.Equal("Unschedulable", explain.Reason);
        Assert.Equal(
            "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
            explain.Message);
    }

    [Fact]
    public void Victims_make_room_and_the_pod_gets_it()
    {
        Report(A.Node("a", cpu: "1"));
        var low = A.Pod("low", cpu: "1", node: "a");
        Report(low);
        Report(A.Pod("high", cpu: "1", priority: 10));

        var jobs = Next();
        Assert.Equal(["low"], jobs.OfType<WriteJob.Evict>().Single().Victims.Select(victim => victim.Name));
        Assert.Equal("a", jobs.OfType<WriteJob.Explain>().Single().NominatedNodeName);

        Report(A.Pod("middle", cpu: "1", priority: 5)); // It comes while the victim leaves, and must not take the room.
        handler.Handle(new Report.OfPod(low, null));

        Assert.Equal(["high"], All().OfType<WriteJob.Bind>().Select(bind => bind.Pod.Name));
    }

    [Fact]
    public void Unspoken_spreading_follows_the_replica_set()
    {
        foreach (var name in (string[])["a", "b", "c", "d"])
        {
            Report(A.Node(name));
        }

        handler.Handle(new Report.OfController(new WorkloadKey("ReplicaSet", "default", "web"), LabelPredicate.OfPairs([new("app", "web")])));
        var owner = new Navarch.Api.Meta.V1.OwnerReference { Kind = "ReplicaSet", Name = "web", Controller = true };
        var nodes = new HashSet<string>();
        for (var i = 0; i < 4; i++)
        {
            Report(A.Pod($"web-{i}", labels: [new("app", "web")], owner: owner));
            nodes.Add(((WriteJob.Bind)Next().Single()).NodeName);
        }

        Assert.Equal(4, nodes.Count);
    }

    [Fact]
    public void A_status_that_says_it_already_is_not_written_again()
    {
        var job = new WriteJob.Explain(A.Info(A.Pod("web")), "Unschedulable", "no room", "");
        Assert.NotNull(PodStatusPatch.Of(job, A.Noon));

        var said = A.Pod("web");
        said = said with
        {
            Status = said.Status with
            {
                Conditions = [new PodCondition { Type = "PodScheduled", Status = "False", Reason = "Unschedulable", Message = "no room" }],
            },
        };

        Assert.Null(PodStatusPatch.Of(job with { Pod = A.Info(said) }, A.Noon));
        Assert.NotNull(PodStatusPatch.Of(job with { Pod = A.Info(said), NominatedNodeName = "a" }, A.Noon));
        Assert.NotNull(PodStatusPatch.Of(job with { Pod = A.Info(said), Message = "still no room" }, A.Noon));
    }

    private void Report(Node node) => handler.Handle(new Report.OfNode(null, node));

    private void Report(Pod pod, Pod? before = null) => handler.Handle(new Report.OfPod(before, pod));

    private List<WriteJob> All()
    {
        var jobs = new List<WriteJob>();
        for (var next = Next(); next.Count > 0; next = Next())
        {
            jobs.AddRange(next);
        }

        return jobs;
    }

    private IReadOnlyList<WriteJob> Next() => queue.TryPop(out var next) ? loop.Schedule(next) : [];
}
