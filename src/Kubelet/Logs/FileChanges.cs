namespace Navarch.Kubelet.Logs;

/// <summary>Wakes a reader when the file, or the directory it is in, changes.</summary>
internal sealed class FileChanges : IDisposable
{
    // Each takes one of the 128 that the kernel gives to all programs of root by default, and a thread.
    private const int WatchersMax = 32;

    // How often those look that are not told.
    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(200);

    private static int s_watchers;

    private readonly FileSystemWatcher? _watcher;
    private readonly SemaphoreSlim _changed = new(0, 1);

    public FileChanges(string path) => _watcher = TryWatch(Path.GetDirectoryName(path)!);

    /// <summary>Returns after a change since the last call, or after <paramref name="limit"/>, or when it is time to look for oneself.</summary>
    public async Task WaitAsync(TimeSpan limit, TimeProvider time, CancellationToken ct)
    {
        if (_watcher is null && limit > LookPeriod)
        {
            limit = LookPeriod;
        }
        using var timeout = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        try
        {
            await _changed.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // Time to look without being told.
        }
    }

    public void Dispose()
    {
        if (_watcher is not null)
        {
            _watcher.Dispose();
            Interlocked.Decrement(ref s_watchers);
        }
        _changed.Dispose();
    }

    private FileSystemWatcher? TryWatch(string directory)
    {
        if (Interlocked.Increment(ref s_watchers) <= WatchersMax)
        {
            var watcher = new FileSystemWatcher(directory) { NotifyFilter = NotifyFilters.FileName | NotifyFilters.Size | NotifyFilters.LastWrite };
            watcher.Changed += (_, _) => Signal();
            watcher.Created += (_, _) => Signal();
            watcher.Renamed += (_, _) => Signal();
            try
            {
                watcher.EnableRaisingEvents = true;
                return watcher;
            }
            catch (IOException)
            {
                watcher.Dispose(); // Others have taken all.
            }
        }
        Interlocked.Decrement(ref s_watchers);
        return null;
    }

    private void Signal()
    {
        try
        {
            if (_changed.CurrentCount == 0)
            {
                _changed.Release();
            }
        }
        catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException)
        {
            // Two changes at once, or one after the reader left.
        }
    }
}
