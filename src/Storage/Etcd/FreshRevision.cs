namespace Navarch.Storage.Etcd;

/// <summary>One question to the cluster for all who ask at a time.</summary>
/// <remarks>
/// An answer is good for who asked before the question was sent. Who comes while one is under way waits for the next,
/// which is sent when the answer is there: a thousand readers cost two questions.
/// </remarks>
internal sealed class FreshRevision(Func<Task<long>> ask)
{
    private readonly Lock gate = new();

    // Guarded by `gate`:
    private Task<long> running = Task.FromResult(0L);
    private Task<long>? next;

    public Task<long> ReadAsync()
    {
        lock (gate)
        {
            return next ??= AskAfterAsync(running);
        }
    }

    private async Task<long> AskAfterAsync(Task<long> before)
    {
        await ((Task)before).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        Task<long> asked;
        lock (gate)
        {
            (running, next) = (next!, null);
            asked = ask();
        }
        return await asked;
    }
}
