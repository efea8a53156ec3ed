using System.Text;

namespace Navarch.Storage.Tests;

/// <summary>What every engine promises, tested only through <see cref="IRevisionStore"/>.</summary>
public abstract partial class RevisionStoreContract : IAsyncLifetime
{
    protected static readonly CancellationToken Ct = CancellationToken.None;

    // The longest that anything here may take before the test is given up; never what is measured.
    private static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(60);

    protected ManualTime Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    protected IRevisionStore Store { get; private set; } = null!;

    /// <summary>Opens the engine's data; a second call (after disposal) finds what the first left.</summary>
    protected abstract Task<IRevisionStore> OpenAsync();

    protected virtual ValueTask CleanUpAsync() => ValueTask.CompletedTask;

    public async ValueTask InitializeAsync() => Store = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await CleanUpAsync();
        GC.SuppressFinalize(this);
    }

    protected async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        Store = await OpenAsync();
    }

    protected async Task<CommitResult.Committed> CommittedAsync(StoreWrite write) =>
        Assert.IsType<CommitResult.Committed>(await Store.CommitAsync(write, Ct));

    protected Task<CommitResult.Committed> PutAsync(string key, string value) => CommittedAsync(StoreWrite.Put(key, Bytes(value)));

    protected StoreWatch Watch(string prefix, long after, CancellationToken ct = default) =>
        new(Store.WatchAsync(prefix, after, ct).GetAsyncEnumerator(ct), PatienceMax);

    protected static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    protected static string Text(ReadOnlyMemory<byte> value) => Encoding.UTF8.GetString(value.Span);

    protected static string Describe(StoreEvent change) =>
        $"{change.ModRevision} {change.Type} {change.Key} v{change.Version} c{change.CreateRevision} {Text(change.Value)} was {change.Previous?.ModRevision} {(change.Previous is { } p ? Text(p.Value) : null)}";

    private async Task<List<StoreSnapshot>> PagesAsync(string prefix, Func<StoreSnapshot, Task> between)
    {
        var pages = new List<StoreSnapshot>();
        await foreach (var page in Store.RangePagesAsync(prefix, Ct))
        {
            pages.Add(page);
            await between(page);
        }
        return pages;
    }

    private static string Describe(CommitResult result) => result switch
    {
        CommitResult.Committed committed => Describe(committed.Event),
        CommitResult.Conflict conflict => $"conflict with {Describe(conflict.Current)}",
        _ => throw new InvalidOperationException(),
    };

    private static string Describe(StoredValue? value) =>
        value is null ? "nothing" : $"{value.Key} v{value.Version} c{value.CreateRevision} m{value.ModRevision} {Text(value.Value)}";

    private static void AssertValue(string key, string value, long create, long mod, long version, StoredValue? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal((key, value, create, mod, version), (actual.Key, Text(actual.Value), actual.CreateRevision, actual.ModRevision, actual.Version));
    }
}
