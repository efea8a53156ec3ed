using Navarch.Api;
using Navarch.Client;

namespace Navarch.Controllers;

/// <summary>What is still in a namespace that is being deleted.</summary>
/// <param name="Remaining">How many objects, by <c>plural.group</c>.</param>
/// <param name="Finalizers">How many objects wait for each finalizer.</param>
/// <param name="Failures">What could not be looked at or deleted.</param>
internal sealed record NamespaceContent(
    IReadOnlyDictionary<string, int> Remaining, IReadOnlyDictionary<string, int> Finalizers, IReadOnlyList<string> Failures)
{
    public bool IsGone => Remaining.Count == 0 && Failures.Count == 0;

    /// <summary>Deletes everything in the namespace and says what is left. A kind in trouble holds up itself alone.</summary>
    public static async Task<NamespaceContent> DeleteAsync(IClient client, string name, CancellationToken ct)
    {
        var deletions = new Deletions(client, name, ct);
        Kinds.VisitNamespaced(deletions);
        var failures = new List<string>();
        foreach (var (kind, deletion) in deletions.Running)
        {
            try
            {
                await deletion;
            }
            catch (ApiException e) when (e.IsNotFound)
            {
                // The server does not serve this kind, so there are none.
            }
            catch (ApiException e)
            {
                failures.Add($"{kind.GroupResource}: {e.Message}");
            }
        }

        return new NamespaceContent(deletions.Remaining, deletions.Finalizers, failures);
    }

    private sealed class Deletions(IClient client, string name, CancellationToken ct) : IKindVisitor
    {
        public List<(ResourceType Kind, Task Deletion)> Running { get; } = [];

        public SortedDictionary<string, int> Remaining { get; } = new(StringComparer.Ordinal);

        public SortedDictionary<string, int> Finalizers { get; } = new(StringComparer.Ordinal);

        public void Visit<T>() where T : class, IResource<T> => Running.Add((T.ResourceType, DeleteAllAsync<T>()));

        private async Task DeleteAllAsync<T>() where T : class, IResource<T>
        {
            var query = ListQuery.In(name);
            var items = (await client.ListAsync<T>(query, ct)).Items;
            foreach (var item in items.Where(item => item.Metadata.DeletionTimestamp is null))
            {
                await client.DeleteAsync(item, ct);
            }

            if (items.Count == 0)
            {
                return;
            }

            var left = (await client.ListAsync<T>(query, ct)).Items;
            lock (Remaining)
            {
                if (left.Count > 0)
                {
                    Remaining[T.ResourceType.GroupResource] = left.Count;
                }

                foreach (var finalizer in left.SelectMany(item => item.Metadata.Finalizers))
                {
                    Finalizers[finalizer] = Finalizers.GetValueOrDefault(finalizer) + 1;
                }
            }
        }
    }
}
