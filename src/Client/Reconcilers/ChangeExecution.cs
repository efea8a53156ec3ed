namespace Navarch.Client;

/// <summary>Carries out plans.</summary>
public static class ChangeExecution
{
    // Enough to hide the latency of the server, not enough to keep others waiting.
    private const int InParallelMax = 32;

    /// <summary>
    /// Carries the changes out in their order: a run of creations, or of deletions, in batches that double from one. So when the
    /// server refuses the first (a quota, a webhook), it is not asked five hundred times. After a refusal the rest is left undone.
    /// </summary>
    /// <param name="tell">Is told what became of each change that was tried.</param>
    /// <exception cref="ApiException">The first refusal, after its batch has ended.</exception>
    public static async Task<ReconcileResult> ApplyAsync(
        this IClient client, IEnumerable<Change> changes, CancellationToken ct, Action<ChangeOutcome>? tell = null)
    {
        var all = changes as IReadOnlyList<Change> ?? [.. changes];
        var batchSize = 1;
        for (var start = 0; start < all.Count;)
        {
            var sort = all[start].GetType();
            var length = 1;
            while (IsParallel(sort) && length < batchSize && start + length < all.Count && all[start + length].GetType() == sort)
            {
                length++;
            }

            await ApplyBatchAsync(client, all.Skip(start).Take(length), tell, ct);
            start += length;
            batchSize = start < all.Count && all[start].GetType() == sort ? Math.Min(batchSize * 2, InParallelMax) : 1;
        }

        return ReconcileResult.Done;
    }

    private static async Task ApplyBatchAsync(IClient client, IEnumerable<Change> batch, Action<ChangeOutcome>? tell, CancellationToken ct)
    {
        var outcomes = await Task.WhenAll(batch.Select(change => TryAsync(client, change, ct)));
        foreach (var outcome in outcomes)
        {
            tell?.Invoke(outcome);
        }

        if (outcomes.FirstOrDefault(outcome => outcome.Error is not null) is { Error: { } error })
        {
            throw new ApiException(error.Status, error);
        }
    }

    private static async Task<ChangeOutcome> TryAsync(IClient client, Change change, CancellationToken ct)
    {
        try
        {
            return new(change, await change.ExecuteAsync(client, ct), null);
        }
        catch (ApiException e)
        {
            return new(change, null, e);
        }
    }

    private static bool IsParallel(Type sort) =>
        sort.IsGenericType && sort.GetGenericTypeDefinition() is var open && (open == typeof(Change.Create<>) || open == typeof(Change.Delete<>));
}
