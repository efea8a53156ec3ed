using System.Threading.Channels;
using Navarch.Machinery.Errors;
using Navarch.Storage;

namespace Navarch.ApiServer.Registry;

/// <summary>Repairs something whenever it was noticed that it may be broken, and again after a while where that fails.</summary>
/// <param name="failed">Is told of a failure, which is tried again.</param>
internal sealed class RepairLoop(Func<CancellationToken, Task> repair, TimeProvider time, Action<Exception> failed)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(5);

    // However much happens meanwhile, everything is looked at once more.
    private readonly Channel<bool> noticed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Never waits.</summary>
    public void Notice() => noticed.Writer.TryWrite(true);

    /// <summary>Ends by cancellation.</summary>
    public async Task KeepAsync(CancellationToken ct)
    {
        try
        {
            await foreach (var _ in noticed.Reader.ReadAllAsync(ct))
            {
                try
                {
                    await repair(ct);
                }
                catch (Exception e) when (e is StatusException or StoreException)
                {
                    failed(e);
                    await Task.Delay(RetryDelay, time, ct);
                    Notice();
                }
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }
}
