using Navarch.Api.Core.V1;
using Navarch.Scheduler.Plugins;
using Navarch.Scheduler.Queue;
using Navarch.Scheduler.Snapshots;
using Navarch.Testing;

namespace Navarch.Scheduler.Tests.Queue;

public class SchedulingQueueTests
{
    private static readonly IFilterPlugin Fit = new NodeResourcesFitPlugin();

    private readonly FakeTime time = new(A.Noon);
    private readonly SchedulingQueue queue;

    public SchedulingQueueTests() => queue = new SchedulingQueue(time);

    [Fact]
    public void Priority_goes_before_age()
    {
        Set(A.Pod("first"));
        Set(A.Pod("second"));
        time.Advance(TimeSpan.FromSeconds(1));
        Set(A.Pod("important", priority: 5));

        Assert.Equal(["important", "first", "second"], PopAll());
    }

    [Fact]
    public void A_gated_pod_waits_until_its_gates_are_gone()
    {
        Set(A.Pod("web", gates: ["quota"]));
        Assert.Empty(PopAll());

        Set(A.Pod("web"));
        Assert.Equal(["web"], PopAll());
    }

    [Fact]
    public void An_unschedulable_pod_waits_for_a_change_that_can_help()
    {
        Set(A.Pod("web", cpu: "2"));
        queue.Refused(Pop(), [Fit]);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(PopAll());

        queue.On(NodeAdded(cpu: "1"));
        Assert.Empty(PopAll());

        queue.On(NodeAdded(cpu: "2"));
        Assert.Equal(["web"], PopAll());
    }

    [Fact]
    public void A_pod_that_found_no_nodes_at_all_waits_for_one()
    {
        Set(A.Pod("web"));
        queue.Refused(Pop(), []);

        queue.On(new ClusterChange(ClusterChangeKind.PodRemoved) { Pod = A.Info(A.Pod("other")) });
        Assert.Empty(PopAll());

        queue.On(NodeAdded());
        Assert.Equal(["web"], PopAll());
    }

    [Fact]
    public void Pauses_double_up_to_ten_seconds()
    {
        Set(A.Pod("web"));
        foreach (var pause in (int[])[1, 2, 4, 8, 10, 10])
        {
            queue.Failed(Pop());
            time.Advance(TimeSpan.FromSeconds(pause) - TimeSpan.FromMilliseconds(1));
            Assert.False(queue.TryPop(out _));
            Assert.Equal(time.GetUtcNow() + TimeSpan.FromMilliseconds(1), queue.NextWakeup);
            time.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal(["web"], PopAll());
    }

    [Fact]
    public void A_pod_that_may_have_been_helped_need_not_sit_out_its_pause_when_nobody_else_waits()
    {
        Set(A.Pod("helped"));
        queue.Refused(Pop(), [Fit]);
        Set(A.Pod("failed"));
        queue.Failed(Pop());
        Set(A.Pod("new"));

        queue.On(NodeAdded());

        Assert.Equal(["new", "helped"], PopAll());
    }

    [Fact]
    public void Nobody_waits_for_an_event_forever()
    {
        Set(A.Pod("web"));
        queue.Refused(Pop(), [Fit]);

        time.Advance(queue.NextWakeup!.Value - time.GetUtcNow());
        Assert.Equal(["web"], PopAll());
    }

    [Fact]
    public void A_change_of_the_pod_itself_is_tried_at_once_but_a_change_of_its_status_is_not()
    {
        var pod = A.Pod("web", cpu: "2");
        Set(pod);
        queue.Refused(Pop(), [Fit]);

        Set(pod with { Status = pod.Status with { Message = "no room" } });
        Assert.Empty(PopAll());

        Set(A.Pod("web", cpu: "1"));
        Assert.Equal(["web"], PopAll());
    }

    [Fact]
    public void A_pod_removed_while_in_flight_does_not_come_back()
    {
        Set(A.Pod("web"));
        var inFlight = Pop();

        queue.Remove(inFlight.Pod.Uid);
        queue.Failed(inFlight);
        time.Advance(TimeSpan.FromMinutes(10));

        Assert.Empty(PopAll());
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public void A_pod_in_flight_keeps_its_place_when_it_is_updated()
    {
        Set(A.Pod("web"));
        var inFlight = Pop();

        Set(A.Pod("web", labels: [new("a", "b")]));

        Assert.Empty(PopAll());
        Assert.Equal("b", inFlight.Pod.Labels["a"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void No_pod_is_lost_whatever_happens(int seed)
    {
        var random = new Random(seed);
        var alive = new HashSet<string>();
        var flying = new List<QueuedPod>();
        for (var i = 0; i < 5000; i++)
        {
            var name = $"p{random.Next(100)}";
            switch (random.Next(8))
            {
                case 0 or 1:
                    Set(A.Pod(name, priority: random.Next(3)));
                    alive.Add(name);
                    break;
                case 2:
                    queue.Remove($"default-{name}");
                    alive.Remove(name);
                    break;
                case 3 or 4 when queue.TryPop(out var next):
                    flying.Add(next);
                    break;
                case 5 when flying.Count > 0:
                    queue.Refused(flying[^1], [Fit]);
                    flying.RemoveAt(flying.Count - 1);
                    break;
                case 6 when flying.Count > 0:
                    queue.Failed(flying[^1]);
                    flying.RemoveAt(flying.Count - 1);
                    break;
                default:
                    time.Advance(TimeSpan.FromSeconds(random.Next(20)));
                    queue.On(NodeAdded());
                    break;
            }

            Assert.Equal(alive.Count, queue.Count);
        }

        flying.ForEach(queue.Failed);
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(alive.Order(), PopAll().Order());
    }

    private static ClusterChange NodeAdded(string cpu = "4") =>
        new(ClusterChangeKind.NodeAdded) { Node = new NodeFacts(A.Node("new", cpu: cpu)) };

    private void Set(Pod pod) => queue.Set(A.Info(pod));

    private QueuedPod Pop()
    {
        Assert.True(queue.TryPop(out var next));
        return next;
    }

    private List<string> PopAll()
    {
        var names = new List<string>();
        while (queue.TryPop(out var next))
        {
            names.Add(next.Pod.Name);
        }

        return names;
    }
}
