using Navarch.Storage;

namespace Navarch.ApiServer.Handlers;

/// <summary>Says whether the store can be read now: what the checks named after etcd ask.</summary>
internal sealed class StoreCheck(IRevisionStore store, TimeProvider time)
{
    // As long as upstream waits for etcd in its checks.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async ValueTask<string?> FindProblemAsync()
    {
        if (store.Completion.IsCompleted)
        {
            return "the store has ended";
        }

        var newest = store.ReadRevisionAsync(CancellationToken.None);
        if (newest.IsCompletedSuccessfully)
        {
            return null;
        }

        try
        {
            await newest.AsTask().WaitAsync(Patience, time);
            return null;
        }
        catch (TimeoutException)
        {
            return "error getting data from etcd: context deadline exceeded";
        }
        catch (Exception e) when (e is StoreException or ObjectDisposedException)
        {
            return $"error getting data from etcd: {e.Message}";
        }
    }
}
