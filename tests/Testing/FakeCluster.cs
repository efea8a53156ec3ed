using System.Globalization;
using System.Runtime.CompilerServices;
using Navarch.Api;
using Navarch.Api.Authentication.V1;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Client;
using Navarch.Machinery.Errors;
using Navarch.Machinery.Json;
using Navarch.Machinery.Patch;
using Navarch.Machinery.Selectors;

namespace Navarch.Testing;

/// <summary>
/// The API in memory: one counter of revisions, conditional writes, watches that resume from history, finalizers, graceful
/// deletion of pods that run on a node, status apart from spec. It knows no defaults, no validation and
/// no permissions; of admission only that nothing is made in a namespace that is being deleted.
/// </summary>
public sealed class FakeCluster(TimeProvider time) : IClient
{
    private readonly Lock guard = new();
    private readonly Dictionary<ResourceType, SortedDictionary<NamespacedName, IResource>> kinds = [];
    private readonly List<HistoryEntry> history = [];
    private readonly List<string> requests = [];
    private readonly HashSet<string> namespacesGone = [];
    private long revision;
    private long compactedTo;
    private int generated;
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource watchesBroken = new();

    private sealed record HistoryEntry(long Revision, WatchEventType Type, ResourceType Kind, IResource Object, IResource? Before);

    /// <summary>Is asked before each request, and may throw in its stead: (verb, kind, name).</summary>
    public Action<string, ResourceType, NamespacedName>? Interceptor { get; set; }

    /// <summary>Requests so far: <c>create pods default/web-x</c>.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (requests)
            {
                return [.. requests];
            }
        }
    }

    public long Revision
    {
        get
        {
            lock (guard)
            {
                return revision;
            }
        }
    }

    /// <summary>Stores objects as they are, with their status.</summary>
    public FakeCluster With(params IResource[] objects)
    {
        lock (guard)
        {
            foreach (var item in objects)
            {
                StoreLocked(WatchEventType.Added, item.GetResourceType(), Created(item));
            }
        }

        Wake();
        return this;
    }

    /// <summary>Forgets history, so that watches from before must list again.</summary>
    public void Compact()
    {
        lock (guard)
        {
            compactedTo = revision;
            history.Clear();
        }
    }

    /// <summary>Ends every watch, as a restart of the server does.</summary>
    public void BreakWatches() => Interlocked.Exchange(ref watchesBroken, new CancellationTokenSource()).Cancel();

    /// <summary>All objects of the kind, by name.</summary>
    public IReadOnlyList<T> All<T>() where T : class, IResource<T>
    {
        lock (guard)
        {
            return [.. Kind(T.ResourceType).Values.Cast<T>()];
        }
    }

    public T Get<T>(string name, string ns = "default") where T : class, IResource<T>
    {
        lock (guard)
        {
            return (T)FoundLocked(T.ResourceType, new(T.ResourceType.Namespaced ? ns : "", name));
        }
    }

    public Task<T> GetAsync<T>(NamespacedName name, CancellationToken ct) where T : class, IResource<T>
    {
        Note("get", T.ResourceType, name);
        lock (guard)
        {
            return Task.FromResult((T)FoundLocked(T.ResourceType, name));
        }
    }

    public Task<ResourceList<T>> ListAsync<T>(ListQuery query, CancellationToken ct) where T : class, IResource<T>
    {
        Note("list", T.ResourceType, new(query.Namespace, ""));
        var matches = Matcher(query);
        lock (guard)
        {
            var items = Kind(T.ResourceType).Values.Where(matches).Cast<T>().ToList();
            return Task.FromResult(new ResourceList<T>(new ListMeta { ResourceVersion = Text(revision) }, items));
        }
    }

    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ListQuery query, [EnumeratorCancellation] CancellationToken ct)
        where T : class, IResource<T>
    {
        Note("watch", T.ResourceType, new(query.Namespace, ""));
        var matches = Matcher(query);
        var broken = watchesBroken.Token;
        var next = 0L;
        if (query.ResourceVersion is "" or "0")
        {
            var list = await ListAsync<T>(query, ct);
            next = long.Parse(list.Metadata.ResourceVersion, CultureInfo.InvariantCulture);
            foreach (var item in list.Items)
            {
                yield return new(WatchEventType.Added, item);
            }
        }
        else
        {
            next = long.Parse(query.ResourceVersion, CultureInfo.InvariantCulture);
        }

        while (!broken.IsCancellationRequested)
        {
            List<HistoryEntry> entries;
            Task more;
            lock (guard)
            {
                if (next < compactedTo)
                {
                    throw new ApiException(StatusErrors.Expired("too old resource version"));
                }

                entries = [.. history.Where(entry => entry.Revision > next && entry.Kind == T.ResourceType)];
                next = revision;
                more = changed.Task;
            }

            foreach (var change in entries.Select(entry => Seen<T>(entry, matches)).OfType<WatchEvent<T>>())
            {
                yield return change;
            }

            if (query.AllowWatchBookmarks)
            {
                yield return new(WatchEventType.Bookmark, T.Empty.WithMetadata(new ObjectMeta { ResourceVersion = Text(next) }));
            }

            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, broken);
            try
            {
                await more.WaitAsync(either.Token);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                // The server ends the watch.
            }
        }
    }

    public Task<T> CreateAsync<T>(T resource, CancellationToken ct) where T : class, IResource<T>
    {
        if (resource.Metadata.Name.Length == 0)
        {
            resource = resource.WithMetadata(resource.Metadata with { Name = resource.Metadata.GenerateName + Text(Interlocked.Increment(ref generated)) });
        }

        var name = NamespacedName.Of(resource);
        Note("create", T.ResourceType, name);
        lock (guard)
        {
            if (Kind(T.ResourceType).ContainsKey(name))
            {
                throw new ApiException(StatusErrors.AlreadyExists(T.ResourceType, name.Name));
            }

            if (Kind(Namespace.ResourceType).GetValueOrDefault(new("", name.Namespace))?.Metadata.DeletionTimestamp is not null)
            {
                throw new ApiException(NamespaceTerminating(T.ResourceType, name));
            }

            if (namespacesGone.Contains(name.Namespace))
            {
                throw new ApiException(StatusErrors.NotFound(Namespace.ResourceType, name.Namespace));
            }

            resource = resource.WithMetadata(resource.Metadata with { UID = "", DeletionTimestamp = null });
            return Task.FromResult((T)StoreLocked(WatchEventType.Added, T.ResourceType, Created(resource)));
        }
    }

    public Task<T> UpdateAsync<T>(T resource, CancellationToken ct) where T : class, IResource<T> => Replace(resource, "", ct);

    public Task<T> UpdateStatusAsync<T>(T resource, CancellationToken ct) where T : class, IResource<T> => Replace(resource, "status", ct);

    public Task<T> UpdateSubresourceAsync<T>(T resource, string subresource, CancellationToken ct) where T : class, IResource<T> =>
        Replace(resource, subresource, ct);

    public Task<T> PatchAsync<T>(NamespacedName name, Client.Patch patch, string subresource, CancellationToken ct) where T : class, IResource<T>
    {
        Note(subresource.Length > 0 ? $"patch/{subresource}" : "patch", T.ResourceType, name);
        lock (guard)
        {
            var tree = StoredJson.Tree(FoundLocked(T.ResourceType, name));
            var body = JsonNode.Parse(patch.Body.Span);
            try
            {
                var patched = patch.Kind switch
                {
                    PatchKind.Json => JsonPatch.Read(body).Apply(tree),
                    PatchKind.Merge => JsonMergePatch.Apply(tree, body),
                    PatchKind.StrategicMerge => StrategicMergePatch.Apply(tree, body, T.Schema),
                    _ => throw new NotSupportedException("the fake cluster has no server-side apply"),
                };
                return Task.FromResult(ReplaceLocked(StoredJson.Typed<T>((JsonObject)patched), subresource));
            }
            catch (PatchException e)
            {
                throw new ApiException(e.Status, e);
            }
        }
    }

    public Task DeleteAsync<T>(NamespacedName name, DeleteOptions options, CancellationToken ct) where T : class, IResource<T>
    {
        Note("delete", T.ResourceType, name);
        lock (guard)
        {
            var stored = (T)FoundLocked(T.ResourceType, name);
            if (options.Preconditions?.UID is { } uid && uid != stored.Metadata.UID)
            {
                throw new ApiException(StatusErrors.Conflict(T.ResourceType, name.Name, "Precondition failed: UID in precondition"));
            }

            if (options.Preconditions?.ResourceVersion is { } version && version != stored.Metadata.ResourceVersion)
            {
                throw new ApiException(StatusErrors.Conflict(T.ResourceType, name.Name, "Precondition failed: ResourceVersion in precondition"));
            }

            DeleteLocked(stored, options);
        }

        return Task.CompletedTask;
    }

    public Task<TResult> PostAsync<T, TBody, TResult>(NamespacedName name, string subresource, TBody body, CancellationToken ct)
        where T : class, IResource<T>
        where TBody : IApiObject
        where TResult : IApiType<TResult>
    {
        Note($"create/{subresource}", T.ResourceType, name);
        lock (guard)
        {
            if (body is Binding binding && FoundLocked(T.ResourceType, name) is Pod pod)
            {
                if (pod.Spec.NodeName.Length > 0)
                {
                    throw new ApiException(StatusErrors.Conflict(T.ResourceType, name.Name, $"pod {name.Name} is already assigned to node \"{pod.Spec.NodeName}\""));
                }

                var scheduled = new PodCondition { Type = "PodScheduled", Status = "True", LastTransitionTime = time.GetUtcNow() };
                StoreLocked(WatchEventType.Modified, T.ResourceType, pod with
                {
                    Spec = pod.Spec with { NodeName = binding.Target.Name },
                    Status = pod.Status with { Conditions = [.. pod.Status.Conditions.Where(c => c.Type != scheduled.Type), scheduled] },
                });
                return Task.FromResult(TResult.Empty);
            }

            if (body is TokenRequest request)
            {
                var answer = request with
                {
                    Status = new TokenRequestStatus { Token = $"token-{++generated}", ExpirationTimestamp = time.GetUtcNow().AddSeconds(request.Spec.ExpirationSeconds ?? 3600) },
                };
                return Task.FromResult((TResult)(object)answer);
            }

            if (subresource == "eviction")
            {
                DeleteLocked((T)FoundLocked(T.ResourceType, name), DeleteOptions.Empty);
                return Task.FromResult(TResult.Empty);
            }
        }

        throw new NotSupportedException($"the fake cluster has no {subresource} of {T.ResourceType.Kind}");
    }

    private Task<T> Replace<T>(T resource, string subresource, CancellationToken ct) where T : class, IResource<T>
    {
        ct.ThrowIfCancellationRequested();
        Note(subresource.Length > 0 ? $"update/{subresource}" : "update", T.ResourceType, NamespacedName.Of(resource));
        lock (guard)
        {
            return Task.FromResult(ReplaceLocked(resource, subresource));
        }
    }

    private T ReplaceLocked<T>(T resource, string subresource) where T : class, IResource<T>
    {
        var name = NamespacedName.Of(resource);
        var stored = (T)FoundLocked(T.ResourceType, name);
        if (resource.Metadata.ResourceVersion.Length > 0 && resource.Metadata.ResourceVersion != stored.Metadata.ResourceVersion)
        {
            throw new ApiException(StatusErrors.Modified(T.ResourceType, name.Name));
        }

        var after = subresource switch
        {
            "status" => StoredJson.WithMemberOf("status", stored, resource),
            "finalize" => StoredJson.WithMemberOf("spec", stored, resource),
            _ => StoredJson.WithMemberOf("status", resource, stored),
        };
        var isOther = !Equals(StoredJson.Member(after, "spec"), StoredJson.Member(stored, "spec"));
        after = after.WithMetadata(after.Metadata with
        {
            UID = stored.Metadata.UID,
            CreationTimestamp = stored.Metadata.CreationTimestamp,
            DeletionTimestamp = stored.Metadata.DeletionTimestamp,
            ResourceVersion = stored.Metadata.ResourceVersion,
            Generation = stored.Metadata.Generation + (isOther && subresource.Length == 0 && stored.Metadata.Generation > 0 ? 1 : 0),
        });
        if (after.Equals(stored))
        {
            return stored;
        }

        return after.Metadata.DeletionTimestamp is not null && IsFree(after)
            ? (T)StoreLocked(WatchEventType.Deleted, T.ResourceType, after)
            : (T)StoreLocked(WatchEventType.Modified, T.ResourceType, after);
    }

    private void DeleteLocked<T>(T stored, DeleteOptions options) where T : class, IResource<T>
    {
        var finalizers = stored.Metadata.Finalizers;
        if (options.PropagationPolicy == DeletionPropagation.DeletePropagationForeground)
        {
            finalizers = [.. finalizers.Union(["foregroundDeletion"])];
        }
        else if (options.PropagationPolicy == DeletionPropagation.DeletePropagationOrphan)
        {
            finalizers = [.. finalizers.Union(["orphan"])];
        }

        var grace = options.GracePeriodSeconds;
        var waitsForNode = false;
        if (stored is Pod pod)
        {
            grace ??= pod.Spec.TerminationGracePeriodSeconds ?? 30;
            waitsForNode = grace > 0 && pod.Spec.NodeName.Length > 0 && pod.Status.Phase is not (PodPhase.PodFailed or PodPhase.PodSucceeded);
        }

        var doomed = stored.WithMetadata(stored.Metadata with
        {
            Finalizers = finalizers,
            DeletionTimestamp = stored.Metadata.DeletionTimestamp ?? time.GetUtcNow().AddSeconds(grace ?? 0),
            DeletionGracePeriodSeconds = grace ?? 0,
        });
        if (doomed is Namespace ns)
        {
            doomed = (T)(object)(ns with { Status = ns.Status with { Phase = NamespacePhase.NamespaceTerminating } });
        }

        if (IsFree(doomed) && !waitsForNode)
        {
            StoreLocked(WatchEventType.Deleted, T.ResourceType, stored);
        }
        else if (stored.Metadata.DeletionTimestamp is null || !Same.Lists(finalizers, stored.Metadata.Finalizers))
        {
            StoreLocked(WatchEventType.Modified, T.ResourceType, doomed);
        }
    }

    private static bool IsFree(IResource resource) =>
        resource.Metadata.Finalizers.Count == 0 && (resource is not Namespace ns || ns.Spec.Finalizers.Count == 0)
        && (resource is not Pod pod || pod.Metadata.DeletionGracePeriodSeconds is null or 0 || pod.Spec.NodeName.Length == 0);

    private IResource Created(IResource resource)
    {
        var meta = resource.Metadata;
        resource = resource.WithMetadata(meta with
        {
            UID = meta.UID.Length > 0 ? meta.UID : A.Uid(),
            CreationTimestamp = meta.CreationTimestamp ?? time.GetUtcNow(),
            Generation = meta.Generation == 0 && StoredJson.Member(resource, "spec") is not null ? 1 : meta.Generation,
        });
        return resource switch
        {
            Namespace ns => ns with { Spec = new NamespaceSpec { Finalizers = ["kubernetes"] }, Status = new NamespaceStatus { Phase = NamespacePhase.NamespaceActive } },
            Pod { Status.Phase: "" } pod => pod with { Status = pod.Status with { Phase = PodPhase.PodPending } },
            _ => resource,
        };
    }

    private IResource StoreLocked(WatchEventType type, ResourceType kind, IResource resource)
    {
        var name = NamespacedName.Of(resource);
        var stored = resource.WithMetadata(resource.Metadata with { ResourceVersion = Text(++revision) });
        var before = Kind(kind).GetValueOrDefault(name);
        if (type == WatchEventType.Deleted)
        {
            Kind(kind).Remove(name);
        }
        else
        {
            Kind(kind)[name] = stored;
        }

        if (kind == Namespace.ResourceType)
        {
            // Objects need no Namespace to live in, but one that has ended takes no new ones.
            _ = type == WatchEventType.Deleted ? namespacesGone.Add(name.Name) : namespacesGone.Remove(name.Name);
        }

        history.Add(new HistoryEntry(revision, type, kind, stored, before));
        Wake();
        return stored;
    }

    private static WatchEvent<T>? Seen<T>(HistoryEntry entry, Func<IResource, bool> matches) where T : class, IResource<T>
    {
        var (was, isNow) = (entry.Before is not null && matches(entry.Before), entry.Type != WatchEventType.Deleted && matches(entry.Object));
        return (was, isNow) switch
        {
            (false, false) => null,
            (false, true) => new(WatchEventType.Added, (T)entry.Object),
            (true, true) => new(WatchEventType.Modified, (T)entry.Object),
            _ => new(WatchEventType.Deleted, (T)entry.Before!.WithMetadata(entry.Before.Metadata with { ResourceVersion = entry.Object.Metadata.ResourceVersion })),
        };
    }

    private static Func<IResource, bool> Matcher(ListQuery query)
    {
        var labels = Selector.Parse(query.LabelSelector);
        var fields = FieldSelector.Parse(query.FieldSelector);
        return resource => (query.Namespace.Length == 0 || resource.Metadata.Namespace == query.Namespace)
            && labels.Matches(resource.Metadata.Labels)
            && (fields.IsEverything || fields.Matches(field => StoredJson.Text(resource, field)));
    }

    private static Status NamespaceTerminating(ResourceType kind, NamespacedName name)
    {
        var why = $"unable to create new content in namespace {name.Namespace} because it is being terminated";
        var status = StatusErrors.Forbidden(kind, name.Name, why);
        return status with { Details = (status.Details ?? StatusDetails.Empty) with { Causes = [new StatusCause { Type = CauseType.Vcorev1NamespaceTerminatingCause, Message = why }] } };
    }

    private IResource FoundLocked(ResourceType kind, NamespacedName name) =>
        Kind(kind).GetValueOrDefault(name) ?? throw new ApiException(StatusErrors.NotFound(kind, name.Name));

    private SortedDictionary<NamespacedName, IResource> Kind(ResourceType kind)
    {
        if (!kinds.TryGetValue(kind, out var objects))
        {
            kinds[kind] = objects = [];
        }

        return objects;
    }

    private void Note(string verb, ResourceType kind, NamespacedName name)
    {
        lock (requests)
        {
            requests.Add($"{verb} {kind.GroupResource} {name}");
        }

        Interceptor?.Invoke(verb, kind, name);
    }

    private void Wake() => Interlocked.Exchange(ref changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
