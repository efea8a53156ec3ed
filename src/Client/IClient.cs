using Navarch.Api;
using Navarch.Api.Meta.V1;

namespace Navarch.Client;

/// <summary>
/// The Kubernetes API, typed. The only way in which a component meets the rest of the cluster: over HTTPS
/// (<c>RestClient</c>), inside the API server's process, or against a store in a test.
/// <para>Every method throws <see cref="ApiException"/> for an answer that is an error, an <see cref="IOException"/> or
/// <see cref="HttpRequestException"/> when there is no answer. After a cancellation of a write, the write may have happened.</para>
/// </summary>
public interface IClient
{
    Task<T> GetAsync<T>(NamespacedName name, CancellationToken ct) where T : class, IResource<T>;

    /// <summary>One page, or all when <see cref="ListQuery.Limit"/> is 0.</summary>
    Task<ResourceList<T>> ListAsync<T>(ListQuery query, CancellationToken ct) where T : class, IResource<T>;

    /// <summary>
    /// Changes after <see cref="ListQuery.ResourceVersion"/>, until the server ends the watch (the sequence ends) or fails
    /// (it throws; <see cref="ApiException.IsExpired"/> when the place in history is gone).
    /// </summary>
    IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ListQuery query, CancellationToken ct) where T : class, IResource<T>;

    /// <summary>Creates in the namespace of its metadata; returns the object as stored.</summary>
    Task<T> CreateAsync<T>(T resource, CancellationToken ct) where T : class, IResource<T>;

    /// <summary>Replaces the object, if its resourceVersion is still the stored one; an empty one replaces whatever is there.</summary>
    Task<T> UpdateAsync<T>(T resource, CancellationToken ct) where T : class, IResource<T>;

    /// <summary>Replaces the status alone.</summary>
    Task<T> UpdateStatusAsync<T>(T resource, CancellationToken ct) where T : class, IResource<T>;

    /// <param name="subresource">Empty for the object itself; <c>status</c>, <c>scale</c>...</param>
    Task<T> PatchAsync<T>(NamespacedName name, Patch patch, string subresource, CancellationToken ct) where T : class, IResource<T>;

    /// <summary>Starts the deletion; the object may stay until its grace period is over and its finalizers are gone.</summary>
    Task DeleteAsync<T>(NamespacedName name, DeleteOptions options, CancellationToken ct) where T : class, IResource<T>;

    /// <summary>POST to a subresource whose body and answer are kinds of their own: <c>binding</c>, <c>eviction</c>, <c>token</c>.</summary>
    Task<TResult> PostAsync<T, TBody, TResult>(NamespacedName name, string subresource, TBody body, CancellationToken ct)
        where T : class, IResource<T>
        where TBody : IApiObject
        where TResult : IApiType<TResult>;

    /// <summary>PUT of the object to a subresource other than status, such as a namespace's <c>finalize</c>.</summary>
    Task<T> UpdateSubresourceAsync<T>(T resource, string subresource, CancellationToken ct) where T : class, IResource<T>;
}
