using System.Collections.Concurrent;

namespace Navarch.Dns.Serving;

/// <summary>What was begun and has not ended, so that who ends can wait for it. The tasks must not fail.</summary>
internal sealed class UnderWay
{
    private readonly ConcurrentDictionary<Task, bool> tasks = new();

    public void Add(Task task)
    {
        tasks[task] = true;
        task.ContinueWith(
            static (ended, all) => ((ConcurrentDictionary<Task, bool>)all!).TryRemove(ended, out _),
            tasks, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    public Task EndAsync() => Task.WhenAll(tasks.Keys);
}
