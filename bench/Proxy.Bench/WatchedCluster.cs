using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Navarch.Api;
using Navarch.Api.Meta.V1;
using Navarch.Client;

namespace Navarch.Proxy.Bench;

/// <summary>Objects in memory that can be listed and watched. A change costs next to nothing here, so that the proxy is what is measured.</summary>
internal sealed class WatchedCluster : IClient
{
    private readonly ConcurrentDictionary<Type, object> collections = [];
    private int revision;

    /// <summary>Creates or replaces an object; watchers see it at once.</summary>
    public T Set<T>(T resource) where T : class, IResource<T>
    {
        var stored = resource.WithMetadata(resource.Metadata with { ResourceVersion = Next() });
        Of<T>().Put(stored);
        return stored;
    }

    public void Remove<T>(T resource) where T : class, IResource<T> =>
        Of<T>().Delete(resource.WithMetadata(resource.Metadata with { ResourceVersion = Next() }));

    public Task<ResourceList<T>> ListAsync<T>(ListQuery query, CancellationToken ct) where T : class, IResource<T> =>
        Task.FromResult(Of<T>().List($"{Volatile.Read(ref revision)}"));

    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ListQuery query, [EnumeratorCancellation] CancellationToken ct)
        where T : class, IResource<T>
    {
        await foreach (var change in Of<T>().WatchFrom(int.Parse(query.ResourceVersion)).ReadAllAsync(ct))
        {
            yield return change;
        }
    }

    public Task<T> GetAsync<T>(NamespacedName name, CancellationToken ct) where T : class, IResource<T> => throw new NotSupportedException();

    public Task<T> CreateAsync<T>(T resource, CancellationToken ct) where T : class, IResource<T> => Task.FromResult(Set(resource));

    public Task<T> UpdateAsync<T>(T resource, CancellationToken ct) where T : class, IResource<T> => Task.FromResult(Set(resource));

    public Task<T> UpdateStatusAsync<T>(T resource, CancellationToken ct) where T : class, IResource<T> => throw new NotSupportedException();

    public Task<T> PatchAsync<T>(NamespacedName name, Patch patch, string subresource, CancellationToken ct) where T : class, IResource<T> =>
        throw new NotSupportedException();

    public Task DeleteAsync<T>(NamespacedName name, DeleteOptions options, CancellationToken ct) where T : class, IResource<T> =>
        throw new NotSupportedException();

    public Task<TResult> PostAsync<T, TBody, TResult>(NamespacedName name, string subresource, TBody body, CancellationToken ct)
        where T : class, IResource<T>
        where TBody : IApiObject
        where TResult : IApiType<TResult> => throw new NotSupportedException();

    public Task<T> UpdateSubresourceAsync<T>(T resource, string subresource, CancellationToken ct) where T : class, IResource<T> =>
        throw new NotSupportedException();

    private string Next() => $"{Interlocked.Increment(ref revision)}";

    private Collection<T> Of<T>() where T : class, IResource<T> => (Collection<T>)collections.GetOrAdd(typeof(T), _ => new Collection<T>());

    private sealed class Collection<T> where T : class, IResource<T>
    {
        private readonly Lock guard = new();
        private readonly Dictionary<NamespacedName, T> items = [];
        private readonly List<WatchEvent<T>> history = [];
        private readonly List<Channel<WatchEvent<T>>> watchers = [];

        public void Put(T item)
        {
            lock (guard)
            {
                var isNew = items.TryAdd(NamespacedName.Of(item), item);
                items[NamespacedName.Of(item)] = item;
                TellLocked(new(isNew ? WatchEventType.Added : WatchEventType.Modified, item));
            }
        }

        public void Delete(T item)
        {
            lock (guard)
            {
                items.Remove(NamespacedName.Of(item));
                TellLocked(new(WatchEventType.Deleted, item));
            }
        }

        public ResourceList<T> List(string revision)
        {
            lock (guard)
            {
                return new(ListMeta.Empty with { ResourceVersion = revision }, [.. items.Values]);
            }
        }

        public ChannelReader<WatchEvent<T>> WatchFrom(int revision)
        {
            var channel = Channel.CreateUnbounded<WatchEvent<T>>();
            lock (guard)
            {
                foreach (var change in history.Where(change => int.Parse(change.Revision) > revision))
                {
                    channel.Writer.TryWrite(change);
                }
                watchers.Add(channel);
            }
            return channel.Reader;
        }

        private void TellLocked(WatchEvent<T> change)
        {
            history.Add(change);
            foreach (var watcher in watchers)
            {
                watcher.Writer.TryWrite(change);
            }
        }
    }
}
