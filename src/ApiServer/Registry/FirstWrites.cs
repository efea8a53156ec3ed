using Microsoft.Extensions.Logging;
using Navarch.Storage;

namespace Navarch.ApiServer.Registry;

/// <summary>
/// What a server reads and writes before it serves. Each step makes something as it must be and can be made again: where the store
/// is other servers' too, it may be without a leader at the moment, and is waited for. A store of one's own that refuses has a reason that
/// waiting does not mend.
/// </summary>
internal sealed partial class FirstWrites(IRevisionStore store, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    // For all steps together. Who started the server should hear then that it cannot be.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly long began = time.GetTimestamp();

    /// <exception cref="StoreException">The store did not come back.</exception>
    public async Task RunAsync(Func<Task> step, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                await step();
                return;
            }
            catch (StoreException e) when (store.IsShared && e is StoreUnavailableException or StoreOutcomeUnknownException && time.GetElapsedTime(began) < Patience)
            {
                LogAgain(e.Message);
                await Task.Delay(Pause, time, ct);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "the store is not there yet, trying again: {Reason}")]
    private partial void LogAgain(string reason);
}
