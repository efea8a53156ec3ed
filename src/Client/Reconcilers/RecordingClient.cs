using Navarch.Api;
using Navarch.Api.Meta.V1;

namespace Navarch.Client;

/// <summary>Tells the work queue what a reconciler writes. A reconciler that runs in a <see cref="ReconcilerHost"/> is given this client.</summary>
public sealed class RecordingClient(IClient inner) : IClient
{
    public Task<T> GetAsync<T>(NamespacedName name, CancellationToken ct) where T : class, IResource<T> => inner.GetAsync<T>(name, ct);

    public Task<ResourceList<T>> ListAsync<T>(ListQuery query, CancellationToken ct) where T : class, IResource<T> =>
        inner.ListAsync<T>(query, ct);

    public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ListQuery query, CancellationToken ct) where T : class, IResource<T> =>
        inner.WatchAsync<T>(query, ct);

    public async Task<T> CreateAsync<T>(T resource, CancellationToken ct) where T : class, IResource<T> =>
        Record(await inner.CreateAsync(resource, ct));

    public async Task<T> UpdateAsync<T>(T resource, CancellationToken ct) where T : class, IResource<T> =>
        Record(await inner.UpdateAsync(resource, ct));

    public async Task<T> UpdateStatusAsync<T>(T resource, CancellationToken ct) where T : class, IResource<T> =>
        Record(await inner.UpdateStatusAsync(resource, ct));

    public async Task<T> UpdateSubresourceAsync<T>(T resource, string subresource, CancellationToken ct) where T : class, IResource<T> =>
        Record(await inner.UpdateSubresourceAsync(resource, subresource, ct));

    public async Task<T> PatchAsync<T>(NamespacedName name, Patch patch, string subresource, CancellationToken ct)
        where T : class, IResource<T> =>
        Record(await inner.PatchAsync<T>(name, patch, subresource, ct));

    public async Task DeleteAsync<T>(NamespacedName name, DeleteOptions options, CancellationToken ct) where T : class, IResource<T>
    {
        await inner.DeleteAsync<T>(name, options, ct);
        if (options.Preconditions?.UID is { } uid)
        {
            WriteLog.Current?.Add(Write.Deletion(T.ResourceType, name, uid));
        }
    }

    public Task<TResult> PostAsync<T, TBody, TResult>(NamespacedName name, string subresource, TBody body, CancellationToken ct)
        where T : class, IResource<T>
        where TBody : IApiObject
        where TResult : IApiType<TResult> => inner.PostAsync<T, TBody, TResult>(name, subresource, body, ct);

    private static T Record<T>(T stored) where T : class, IResource<T>
    {
        WriteLog.Current?.Add(Write.Of(stored));
        return stored;
    }
}
