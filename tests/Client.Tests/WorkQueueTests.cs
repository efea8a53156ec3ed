using Navarch.Testing;

namespace Navarch.Client.Tests;

public sealed class WorkQueueTests : IDisposable
{
    private readonly FakeTime time = new();
    private readonly WorkQueue<string> queue;

    public WorkQueueTests() => queue = new WorkQueue<string>(time, new Random(1));

    public void Dispose() => queue.Dispose();

    [Fact]
    public async Task A_key_added_often_is_taken_once()
    {
        queue.Add("a");
        queue.Add("b");
        queue.Add("a");

        Assert.Equal("a", await queue.TakeAsync(default));
        Assert.Equal("b", await queue.TakeAsync(default));
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public async Task A_key_in_work_is_given_to_nobody_else_and_comes_back_when_it_was_added_meanwhile()
    {
        queue.Add("a");
        await queue.TakeAsync(default);
        queue.Add("a");
        Assert.Equal(0, queue.Count);

        queue.Done("a");

        Assert.Equal(1, queue.Count);
        Assert.Equal("a", await queue.TakeAsync(default));
        queue.Done("a");
        Assert.Equal(0, queue.TotalCount);
    }

    [Fact]
    public async Task A_busy_key_does_not_pass_others_by()
    {
        queue.Add("a");
        queue.Add("b");
        await queue.TakeAsync(default);
        queue.Add("a");
        queue.Done("a");

        Assert.Equal("b", await queue.TakeAsync(default));
    }

    [Fact]
    public void Of_two_times_for_a_key_the_earlier_holds()
    {
        queue.AddAfter("a", TimeSpan.FromSeconds(10));
        queue.AddAfter("a", TimeSpan.FromSeconds(2));
        queue.AddAfter("a", TimeSpan.FromSeconds(20));

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(0, queue.Count);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, queue.Count);
        Assert.Null(time.NextTimer);
    }

    [Fact]
    public void What_comes_after_the_end_is_dropped()
    {
        queue.AddAfter("a", TimeSpan.FromSeconds(1));
        queue.Dispose();

        queue.Add("b");
        queue.AddAfter("c", TimeSpan.FromSeconds(1));
        time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public void Failures_come_back_later_and_later_until_one_success()
    {
        var delays = Enumerable.Range(0, 20).Select(_ => queue.AddFailed("a")).ToList();

        Assert.InRange(delays[0], TimeSpan.FromMilliseconds(3), TimeSpan.FromMilliseconds(5));
        Assert.InRange(delays[^1], TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(5));
        queue.Forget("a");
        Assert.True(queue.AddFailed("a") <= TimeSpan.FromMilliseconds(5));
    }

    [Fact]
    public async Task Nothing_is_lost_and_nothing_is_worked_on_twice_at_once_under_many_workers()
    {
        using var stop = new CancellationTokenSource();
        var busy = new int[10];
        var seen = new int[10];
        var wanted = new int[10];
        var overlaps = 0;
        var real = new WorkQueue<int>(TimeProvider.System, new Random(1));
        var workers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (true)
            {
                var key = await real.TakeAsync(stop.Token);
                if (Interlocked.Increment(ref busy[key]) > 1)
                {
                    Interlocked.Increment(ref overlaps);
                }

                Volatile.Write(ref seen[key], Volatile.Read(ref wanted[key]));
                await Task.Yield();
                Interlocked.Decrement(ref busy[key]);
                real.Done(key);
            }
        })).ToList();

        for (var i = 0; i < 20_000; i++)
        {
            Interlocked.Increment(ref wanted[i % 10]);
            real.Add(i % 10);
        }

        await Until.TrueAsync(() => real.TotalCount == 0);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(workers));
        Assert.Equal(0, overlaps);
        Assert.Equal(wanted, seen); // The last change of every key was looked at.
    }
}
