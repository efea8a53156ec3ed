using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Client;

namespace Navarch.Controllers;

/// <summary>What is still in a namespace that is being deleted.</summary>
/// <param name="Remaining">How many objects, by <c>plural.group</c>.</param>
/// <param name="Finalizers">How many objects wait for each finalizer.</param>
/// <param name="Failures">What could not be looked at or deleted.</param>
internal sealed record NamespaceContent(
    IReadOnlyDictionary<string, int> Remaining, IReadOnlyDictionary<string, int> Finalizers, IReadOnlyList<string> Failures)
{
    // In flight at once: writes that come together share a commit.
    private const int DeletionsMax = 32;

    public bool IsGone => Remaining.Count == 0 && Failures.Count == 0;

    /// <summary>
    /// Deletes what is in the namespace and says what is left. Pods come first, and while there are any, nothing else goes: they
    /// need their configuration, accounts and network policies to the end. Events come last, for they tell of the rest. A kind
    /// in trouble holds up itself alone.
    /// </summary>
    public static async Task<NamespaceContent> DeleteAsync(IClient client, string name, CancellationToken ct)
    {
        var deletions = new Deletions(client, name, ct);
        await deletions.DeleteAllAsync<Pod>();
        if (deletions.Remaining.Count == 0)
        {
            Kinds.VisitNamespaced(deletions);
            await Task.WhenAll(deletions.Running);
            await deletions.DeleteAllAsync<Event>();
        }

        return new NamespaceContent(deletions.Remaining, deletions.Finalizers, deletions.Failures);
    }

    private sealed class Deletions(IClient client, string name, CancellationToken ct) : IKindVisitor
    {
        private readonly Lock gate = new();

        public List<Task> Running { get; } = [];

        public SortedDictionary<string, int> Remaining { get; } = new(StringComparer.Ordinal);

        public SortedDictionary<string, int> Finalizers { get; } = new(StringComparer.Ordinal);

        public List<string> Failures { get; } = [];

        public void Visit<T>() where T : class, IResource<T>
        {
            if (typeof(T) != typeof(Pod) && typeof(T) != typeof(Event))
            {
                Running.Add(DeleteAllAsync<T>());
            }
        }

        public async Task DeleteAllAsync<T>() where T : class, IResource<T>
        {
            try
            {
                await DeleteAsync<T>();
            }
            catch (ApiException e) when (e.IsNotFound)
            {
                // The server does not serve this kind, so there are none.
            }
            catch (ApiException e)
            {
                lock (gate)
                {
                    Failures.Add($"{T.ResourceType.GroupResource}: {e.Message}");
                }
            }
        }

        private async Task DeleteAsync<T>() where T : class, IResource<T>
        {
            var query = ListQuery.In(name);
            var items = (await client.ListAsync<T>(query, ct)).Items;
            if (items.Count == 0)
            {
                return;
            }

            await Parallel.ForEachAsync(
                items.Where(static item => item.Metadata.DeletionTimestamp is null),
                new ParallelOptions { MaxDegreeOfParallelism = DeletionsMax, CancellationToken = ct },
                async (item, token) => await client.DeleteAsync(item, token));
            var left = (await client.ListAsync<T>(query, ct)).Items;
            lock (gate)
            {
                if (left.Count > 0)
                {
                    Remaining[$"{T.ResourceType.Plural}.{T.ResourceType.Group}"] = left.Count;
                }

                foreach (var finalizer in left.SelectMany(static item => item.Metadata.Finalizers))
                {
                    Finalizers[finalizer] = Finalizers.GetValueOrDefault(finalizer) + 1;
                }
            }
        }
    }
}
