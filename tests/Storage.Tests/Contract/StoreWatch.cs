namespace Navarch.Storage.Tests;

/// <summary>A watch that is read step by step, and remembers what it saw.</summary>
public sealed class StoreWatch(IAsyncEnumerator<StoreEvent> events, TimeSpan patience) : IAsyncDisposable
{
    private readonly List<StoreEvent> seen = [];
    private bool isAbandoned;

    public IReadOnlyList<StoreEvent> Seen => seen;

    /// <summary>The next event. Fails if there is none in a time that no working store needs.</summary>
    public async Task<StoreEvent> NextAsync()
    {
        var next = events.MoveNextAsync().AsTask();
        isAbandoned = true;
        Assert.True(await next.WaitAsync(patience), "the watch ended");
        isAbandoned = false;
        seen.Add(events.Current);
        return events.Current;
    }

    /// <summary>Reads until the event of <paramref name="revision"/> has been seen.</summary>
    public async Task UntilAsync(long revision)
    {
        while (seen.Count == 0 || seen[^1].ModRevision < revision)
        {
            await NextAsync();
        }
    }

    // An enumerator cannot be disposed while it is being read.
    public ValueTask DisposeAsync() => isAbandoned ? ValueTask.CompletedTask : events.DisposeAsync();
}
