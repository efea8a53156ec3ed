using System.Collections.Concurrent;

namespace Navarch.Storage.Sqlite;

/// <summary>
/// A few read connections, opened as they are needed. Readers never wait for the writer, only for each other when there
/// are more of them than connections.
/// </summary>
internal sealed class ReaderPool(string path) : IAsyncDisposable
{
    // Reads are rare, because the API server answers from its cache. A connection costs some 600 KB.
    private const int ConnectionsMax = 4;

    private readonly SemaphoreSlim free = new(ConnectionsMax);
    private readonly ConcurrentBag<ReadConnection> idle = [];
    private volatile bool isDisposed;

    /// <summary>Runs <paramref name="read"/> with a connection, on a thread of the pool if it <paramref name="isLong"/>.</summary>
    public async Task<T> ReadAsync<T>(Func<ReadConnection, T> read, bool isLong, string doing, CancellationToken ct)
    {
        var connection = await RentAsync(doing, ct);
        try
        {
            return isLong ? await Task.Run(() => read(connection), ct) : read(connection);
        }
        catch (SqliteException e)
        {
            throw e.ToStoreException(doing);
        }
        finally
        {
            Return(connection);
        }
    }

    /// <summary>A connection for a reader that comes back to it; to be given back with <see cref="Return"/>.</summary>
    public async Task<ReadConnection> RentAsync(string doing, CancellationToken ct)
    {
        ObjectDisposedException.ThrowIf(isDisposed, typeof(SqliteRevisionStore));
        await free.WaitAsync(ct);
        try
        {
            ObjectDisposedException.ThrowIf(isDisposed, typeof(SqliteRevisionStore));
            return idle.TryTake(out var opened) ? opened : new ReadConnection(path);
        }
        catch (Exception e)
        {
            free.Release();
            throw e is SqliteException sqlite ? sqlite.ToStoreException(doing) : e;
        }
    }

    public void Return(ReadConnection connection)
    {
        idle.Add(connection);
        free.Release();
    }

    /// <summary>Waits for the reads that run, and closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        if (isDisposed)
        {
            return;
        }
        isDisposed = true;
        for (var i = 0; i < ConnectionsMax; i++)
        {
            await free.WaitAsync();
        }
        while (idle.TryTake(out var connection))
        {
            connection.Dispose();
        }
        free.Release(ConnectionsMax); // Whoever still waits finds the pool disposed.
    }
}
