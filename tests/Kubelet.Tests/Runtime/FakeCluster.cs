using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Navarch.Api;
using Navarch.Api.Authentication.V1;
using Navarch.Api.Authorization.V1;
using Navarch.Api.Core.V1;
using Navarch.Api.Json;
using Navarch.Api.Meta.V1;
using Navarch.Client;

namespace Navarch.Kubelet.Tests.Runtime;

/// <summary>As much of an API server as a kubelet needs, in memory: versions, conflicts, watches, graceful deletion.</summary>
internal sealed class FakeCluster(TimeProvider time) : IClient
{
    private readonly Lock _guard = new();
    private readonly Dictionary<(Type Kind, NamespacedName Name), IResource> _objects = [];
    private readonly List<(Type Kind, object Event, long Revision)> _history = [];
    private readonly List<Channel<bool>> _watchers = [];
    private long _revision;

    public int TokensIssued { get; private set; }

    /// <summary>Who is who, and may what.</summary>
    public FakeAccess Access { get; } = new();

    public IReadOnlyList<T> All<T>() where T : class, IResource<T>
    {
        lock (_guard)
        {
            return [.. _objects.Values.OfType<T>()];
        }
    }

    public T? Find<T>(string @namespace, string name) where T : class, IResource<T>
    {
        lock (_guard)
        {
            return _objects.GetValueOrDefault((typeof(T), new NamespacedName(@namespace, name))) as T;
        }
    }

    public Task<T> GetAsync<T>(NamespacedName name, CancellationToken ct) where T : class, IResource<T> =>
        Find<T>(name.Namespace, name.Name) is { } found ? Task.FromResult(found) : throw NotFound<T>(name);

    public Task<ResourceList<T>> ListAsync<T>(ListQuery query, CancellationToken ct) where T : class, IResource<T>
    {
        lock (_guard)
        {
            return Task.FromResult(new ResourceList<T>(
                new ListMeta { ResourceVersion = $"{_revision}" }, [.. _objects.Values.OfType<T>().Where(item => Matches(query, item))]));
        }
    }

    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ListQuery query, [EnumeratorCancellation] CancellationToken ct) where T : class, IResource<T>
    {
        var seen = long.Parse(query.ResourceVersion);
        var news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        lock (_guard)
        {
            _watchers.Add(news);
        }
        while (true)
        {
            List<WatchEvent<T>> events;
            lock (_guard)
            {
                events = [.. _history.Where(e => e.Revision > seen && e.Kind == typeof(T)).Select(e => (WatchEvent<T>)e.Event).Where(e => Matches(query, e.Object))];
                seen = _revision;
            }
            foreach (var e in events)
            {
                yield return e;
            }
            await news.Reader.ReadAsync(ct);
        }
    }

    public Task<T> CreateAsync<T>(T resource, CancellationToken ct) where T : class, IResource<T>
    {
        if (resource is TokenReview or SubjectAccessReview)
        {
            return Task.FromResult((T)Access.Answer(resource));
        }
        lock (_guard)
        {
            if (_objects.ContainsKey((typeof(T), NamespacedName.Of(resource))))
            {
                throw ApiException.Of(409, StatusReason.AlreadyExists, $"{resource.Metadata.Name} already exists");
            }
            return Task.FromResult(StoreLocked(
                resource.WithMetadata(resource.Metadata with
                {
                    UID = resource.Metadata.UID.Length > 0 ? resource.Metadata.UID : Guid.NewGuid().ToString(), CreationTimestamp = time.GetUtcNow(),
                }),
                WatchEventType.Added));
        }
    }

    public Task<T> UpdateAsync<T>(T resource, CancellationToken ct) where T : class, IResource<T>
    {
        lock (_guard)
        {
            var stored = _objects.GetValueOrDefault((typeof(T), NamespacedName.Of(resource))) ?? throw NotFound<T>(NamespacedName.Of(resource));
            if (resource.Metadata.ResourceVersion.Length > 0 && resource.Metadata.ResourceVersion != stored.Metadata.ResourceVersion)
            {
                throw ApiException.Of(409, StatusReason.Conflict, "the object has been modified");
            }
            return Task.FromResult(StoreLocked(resource.WithMetadata(resource.Metadata with
            {
                UID = stored.Metadata.UID, DeletionTimestamp = stored.Metadata.DeletionTimestamp, DeletionGracePeriodSeconds = stored.Metadata.DeletionGracePeriodSeconds,
            }), WatchEventType.Modified));
        }
    }

    // As over the wire: times lose their fractions, and so on.
    public Task<T> UpdateStatusAsync<T>(T resource, CancellationToken ct) where T : class, IResource<T> =>
        UpdateAsync(ApiJson.Parse<T>(ApiJson.ToUtf8(resource)), ct);

    public Task<T> UpdateSubresourceAsync<T>(T resource, string subresource, CancellationToken ct) where T : class, IResource<T> => UpdateAsync(resource, ct);

    public Task<T> PatchAsync<T>(NamespacedName name, Patch patch, string subresource, CancellationToken ct) where T : class, IResource<T> => GetAsync<T>(name, ct);

    public Task DeleteAsync<T>(NamespacedName name, DeleteOptions options, CancellationToken ct) where T : class, IResource<T>
    {
        lock (_guard)
        {
            if (_objects.GetValueOrDefault((typeof(T), name)) is not T stored)
            {
                throw NotFound<T>(name);
            }
            if (options.Preconditions?.UID is { } uid && uid != stored.Metadata.UID)
            {
                throw ApiException.Of(409, StatusReason.Conflict, "another object by that name");
            }
            if (stored is Pod { Spec.NodeName.Length: > 0 } pod && options.GracePeriodSeconds != 0)
            {
                var grace = options.GracePeriodSeconds ?? pod.Spec.TerminationGracePeriodSeconds ?? 30;
                StoreLocked((T)(object)(pod with
                {
                    Metadata = pod.Metadata with { DeletionTimestamp = time.GetUtcNow().AddSeconds(grace), DeletionGracePeriodSeconds = grace },
                }), WatchEventType.Modified);
                return Task.CompletedTask;
            }
            _objects.Remove((typeof(T), name));
            TellLocked(
                stored.WithMetadata(stored.Metadata with { ResourceVersion = $"{++_revision}", DeletionGracePeriodSeconds = options.GracePeriodSeconds }),
                WatchEventType.Deleted);
            return Task.CompletedTask;
        }
    }

    public Task<TResult> PostAsync<T, TBody, TResult>(NamespacedName name, string subresource, TBody body, CancellationToken ct)
        where T : class, IResource<T>
        where TBody : IApiObject
        where TResult : IApiType<TResult>
    {
        TokensIssued++;
        var request = (TokenRequest)(object)body;
        return Task.FromResult((TResult)(object)(request with
        {
            Status = new TokenRequestStatus { Token = $"token-{TokensIssued}", ExpirationTimestamp = time.GetUtcNow().AddSeconds(request.Spec.ExpirationSeconds ?? 3600) },
        }));
    }

    private T StoreLocked<T>(T resource, WatchEventType type) where T : class, IResource<T>
    {
        var stored = resource.WithMetadata(resource.Metadata with { ResourceVersion = $"{++_revision}" });
        _objects[(typeof(T), NamespacedName.Of(stored))] = stored;
        TellLocked(stored, type);
        return stored;
    }

    private void TellLocked<T>(T stored, WatchEventType type) where T : class, IResource<T>
    {
        _history.Add((typeof(T), new WatchEvent<T>(type, stored), _revision));
        foreach (var watcher in _watchers)
        {
            watcher.Writer.TryWrite(true);
        }
    }

    private static bool Matches(ListQuery query, IResource item)
    {
        if (query.Namespace.Length > 0 && item.Metadata.Namespace != query.Namespace)
        {
            return false;
        }
        return query.FieldSelector.Split('=', 2) switch
        {
            ["metadata.name", var name] => item.Metadata.Name == name,
            ["spec.nodeName", var node] => item is Pod pod && pod.Spec.NodeName == node,
            _ => true,
        };
    }

    private static ApiException NotFound<T>(NamespacedName name) where T : class, IResource<T> =>
        ApiException.Of(404, StatusReason.NotFound, $"{T.ResourceType.GroupResource} \"{name.Name}\" not found");
}
