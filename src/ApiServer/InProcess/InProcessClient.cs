using System.Runtime.CompilerServices;
using Navarch.Api;
using Navarch.Api.Authorization.V1;
using Navarch.Api.Json;
using Navarch.Api.Meta.V1;
using Navarch.ApiServer.Authorization;
using Navarch.ApiServer.Handlers;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.Reviews;
using Navarch.ApiServer.WatchCache;
using Navarch.Client;
using Navarch.Machinery.Errors;
using Navarch.Storage;

namespace Navarch.ApiServer.InProcess;

/// <summary>
/// The API for components in this process: the same identity, authorization and rules as over HTTPS, but objects instead
/// of bytes. What is read is shared with everybody else who reads it.
/// </summary>
internal sealed class InProcessClient(
    UserInfo user,
    Catalog catalog,
    Cache cache,
    ObjectWriter objects,
    IAuthorizer authorizer,
    IReadOnlyDictionary<string, ISubresource> subresources,
    TimeProvider time) : IClient
{
    private static readonly TimeSpan BookmarkPeriod = TimeSpan.FromSeconds(60);

    private readonly AccessQuestion access = new(authorizer);

    public Task<T> GetAsync<T>(NamespacedName name, CancellationToken ct) where T : class, IResource<T> => GuardAsync(async () =>
    {
        var kind = await AdmitAsync<T>("get", name.Namespace, name.Name, "", ct);
        var found = await objects.FindAsync(kind, kind.Key(name.Namespace, name.Name), ct) ?? throw StatusErrors.NotFound(kind.Type, name.Name).AsException();
        return (T)kind.Show(found).Value;
    });

    public Task<ResourceList<T>> ListAsync<T>(ListQuery query, CancellationToken ct) where T : class, IResource<T> => GuardAsync(async () =>
    {
        var kind = await AdmitAsync<T>("list", query.Namespace, "", "", ct, query.FieldSelector, query.LabelSelector);
        kind.Objects.KeepValues();
        var page = await ListPage.ReadAsync(
            new ListRequest(kind, Selection.Parse(kind, query.Namespace, query.LabelSelector, query.FieldSelector))
            {
                ResourceVersion = query.ResourceVersion,
                ResourceVersionMatch = query.ResourceVersionMatch,
                Limit = query.Limit,
                Continue = query.Continue,
            },
            cache, time, ct);
        var items = new T[page.Items.Count];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = (T)kind.Show(page.Items[i]).Value;
        }

        return new ResourceList<T>(page.Metadata, items);
    });

    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ListQuery query, [EnumeratorCancellation] CancellationToken ct) where T : class, IResource<T>
    {
        var (kind, selection, start) = await GuardAsync(() => OpenAsync<T>(query, ct));
        var watcher = start.Watcher;
        try
        {
            if (start.Initial is { } initial)
            {
                for (var walk = initial.All(); walk.MoveNext();)
                {
                    if (selection.Matches(walk.Current))
                    {
                        yield return new WatchEvent<T>(WatchEventType.Added, (T)kind.Show(walk.Current).Value);
                    }
                }

                if (query is { SendInitialEvents: true, AllowWatchBookmarks: true })
                {
                    yield return Bookmark<T>(start.InitialRevision, endsInitialEvents: true);
                }
            }

            var isDue = false;
            var isOver = false;
            await using var stop = ct.Register(static w => ((Watcher)w!).Nudge(), watcher);
            await using var bookmarks = time.CreateTimer(_ => { Volatile.Write(ref isDue, true); watcher.Nudge(); }, null, BookmarkPeriod, BookmarkPeriod);
            await using var lifetime = query.TimeoutSeconds is not > 0 ? null : time.CreateTimer(
                _ => { Volatile.Write(ref isOver, true); watcher.Nudge(); }, null, TimeSpan.FromSeconds(query.TimeoutSeconds.Value), Timeout.InfiniteTimeSpan);
            var told = start.InitialRevision;
            while (!watcher.IsEnded || watcher.HasUnread)
            {
                await watcher.WaitAsync();
                ct.ThrowIfCancellationRequested();
                var applied = cache.Applied;
                while (watcher.TryRead(out var item))
                {
                    told = item.Object.Revision;
                    yield return new WatchEvent<T>((WatchEventType)item.Type, (T)kind.Show(item.Object).Value);
                }

                if (Volatile.Read(ref isOver))
                {
                    yield break;
                }

                if (Volatile.Read(ref isDue) && query.AllowWatchBookmarks && applied > told)
                {
                    Volatile.Write(ref isDue, false);
                    told = applied;
                    yield return Bookmark<T>(applied, endsInitialEvents: false);
                }
            }
        }
        finally
        {
            kind.Objects.Unwatch(watcher);
        }
    }

    public Task<T> CreateAsync<T>(T resource, CancellationToken ct) where T : class, IResource<T> => GuardAsync(async () =>
    {
        if (resource is SubjectAccessReview question)
        {
            await RequireAsync(T.ResourceType, "create", "", "", "", ct);
            return (T)(IResource)await access.AnswerAsync(question, ct);
        }

        var @namespace = resource.Metadata.Namespace;
        var kind = await AdmitAsync<T>("create", @namespace, "", "", ct);
        var stored = await objects.CreateAsync(kind, @namespace, WithDefaults(kind, resource), Options("", ""), ct);
        return (T)kind.Show(stored).Value;
    });

    public Task<T> UpdateAsync<T>(T resource, CancellationToken ct) where T : class, IResource<T> => UpdateAsync(resource, "", UpdateScope.Main, ct);

    public Task<T> UpdateStatusAsync<T>(T resource, CancellationToken ct) where T : class, IResource<T> => UpdateAsync(resource, "status", UpdateScope.Status, ct);

    public Task<T> PatchAsync<T>(NamespacedName name, Patch patch, string subresource, CancellationToken ct) where T : class, IResource<T> => GuardAsync(async () =>
    {
        var kind = await AdmitAsync<T>("patch", name.Namespace, name.Name, subresource, ct);
        if (subresource is not ("" or "status"))
        {
            var answer = await CallAsync(kind, "patch", name, subresource, patch.Body, patch.MediaType, ct);
            return ApiJson.Parse<T>(answer.Json.Span);
        }

        var scope = subresource.Length == 0 ? UpdateScope.Main : UpdateScope.Status;
        if (patch.Kind == PatchKind.Apply)
        {
            var apply = ApplyBody.Parse(kind, patch.Body.Span, patch.FieldManager, subresource, patch.Force, time.GetUtcNow());
            var refusal = scope == UpdateScope.Main ? await CreateRight.FindRefusalAsync(authorizer, user, Info(kind.Type, "create", name.Namespace, name.Name, ""), ct) : null;
            var applied = await objects.UpdateAsync(
                kind, name.Namespace, name.Name, apply.Apply, scope, new WriteOptions(user) { IsApply = true, FieldManager = patch.FieldManager, Subresource = subresource }, ct,
                scope == UpdateScope.Main ? () => refusal is not null ? throw refusal : apply.Apply(null) : null);
            return (T)kind.Show(applied.Object).Value;
        }

        var body = PatchBody.Parse(patch.MediaType, patch.Body.Span, kind.Schema);
        var outcome = await objects.UpdateAsync(
            kind, name.Namespace, name.Name, current => body.Apply(kind, current, null), scope, Options(patch.FieldManager, subresource), ct);
        return (T)kind.Show(outcome.Object).Value;
    });

    public Task DeleteAsync<T>(NamespacedName name, DeleteOptions options, CancellationToken ct) where T : class, IResource<T> => GuardAsync(async () =>
    {
        var kind = await AdmitAsync<T>("delete", name.Namespace, name.Name, "", ct);
        return await objects.DeleteAsync(kind, name.Namespace, name.Name, options, new WriteOptions(user) { IsDryRun = options.DryRun.Count > 0 }, ct);
    });

    public Task<TResult> PostAsync<T, TBody, TResult>(NamespacedName name, string subresource, TBody body, CancellationToken ct)
        where T : class, IResource<T>
        where TBody : IApiObject
        where TResult : IApiType<TResult> => GuardAsync(async () =>
    {
        var kind = await AdmitAsync<T>("create", name.Namespace, name.Name, subresource, ct);
        var answer = await CallAsync(kind, "create", name, subresource, ApiJson.ToUtf8(body), "application/json", ct);
        return ApiJson.Parse<TResult>(answer.Json.Span);
    });

    public Task<T> UpdateSubresourceAsync<T>(T resource, string subresource, CancellationToken ct) where T : class, IResource<T> => GuardAsync(async () =>
    {
        if (subresource == "status")
        {
            return await UpdateStatusAsync(resource, ct);
        }

        var name = NamespacedName.Of(resource);
        var kind = await AdmitAsync<T>("update", name.Namespace, name.Name, subresource, ct);
        var answer = await CallAsync(kind, "update", name, subresource, ApiJson.ToUtf8(resource), "application/json", ct);
        return ApiJson.Parse<T>(answer.Json.Span);
    });

    private static WatchEvent<T> Bookmark<T>(long revision, bool endsInitialEvents) where T : class, IResource<T> => new(
        WatchEventType.Bookmark,
        T.Empty.WithMetadata(new ObjectMeta
        {
            ResourceVersion = Revisions.Text(revision),
            Annotations = endsInitialEvents ? [new("k8s.io/initial-events-end", "true")] : [],
        }));

    private WriteOptions Options(string fieldManager, string subresource) => new(user)
    {
        FieldManager = fieldManager.Length > 0 ? fieldManager : FieldManagerName.OfUser(user.Name),
        Subresource = subresource,
    };

    // A record made in code has what its author wrote; declared defaults are filled in by decoding.
    private static IResource WithDefaults(Kind kind, IResource value) => kind.ParseRequest(ApiJson.ToUtf8(value), out _);

    private static async Task<TResult> GuardAsync<TResult>(Func<Task<TResult>> call)
    {
        try
        {
            return await call();
        }
        catch (StatusException e)
        {
            throw new ApiException(e.Status, e);
        }
        catch (StoreException e) when (e is StoreUnavailableException or StoreOutcomeUnknownException)
        {
            throw new ApiException(StoreErrors.Status(e), e);
        }
        catch (ApiJsonException e)
        {
            throw new ApiException(StatusErrors.BadRequest(e.Message), e);
        }
    }

    private Task<T> UpdateAsync<T>(T resource, string subresource, UpdateScope scope, CancellationToken ct) where T : class, IResource<T> => GuardAsync(async () =>
    {
        var (@namespace, name) = (resource.Metadata.Namespace, resource.Metadata.Name);
        var kind = await AdmitAsync<T>("update", @namespace, name, subresource, ct);
        var value = WithDefaults(kind, resource);
        var outcome = await objects.UpdateAsync(kind, @namespace, name, _ => value, scope, Options("", subresource), ct);
        return (T)kind.Show(outcome.Object).Value;
    });

    private async Task<(Kind Kind, Selection Selection, WatchStart Start)> OpenAsync<T>(ListQuery query, CancellationToken ct) where T : class, IResource<T>
    {
        var kind = await AdmitAsync<T>("watch", query.Namespace, "", "", ct, query.FieldSelector, query.LabelSelector);
        kind.Objects.KeepValues();
        var selection = Selection.Parse(kind, query.Namespace, query.LabelSelector, query.FieldSelector);
        return (kind, selection, await WatchStart.OpenAsync(
            kind, selection, query.ResourceVersion, query.ResourceVersionMatch, "", query.SendInitialEvents, cache, time, ct));
    }

    private async Task<SubresourceAnswer> CallAsync(Kind kind, string verb, NamespacedName name, string subresource, ReadOnlyMemory<byte> body, string mediaType, CancellationToken ct) =>
        subresources.TryGetValue($"{kind.Type.Plural}/{subresource}", out var found) && found is ObjectSubresource handler && handler.Describe(kind) is not null
            ? await handler.InvokeAsync(new SubresourceCall(kind, verb, name.Namespace, name.Name, body, mediaType, Options("", subresource)), ct)
            : throw StatusErrors.NotFoundPath().AsException();

    private async ValueTask<Kind> AdmitAsync<T>(string verb, string @namespace, string name, string subresource, CancellationToken ct, string fieldSelector = "", string labelSelector = "") where T : class, IResource<T>
    {
        var kind = catalog.Find(T.ResourceType) ?? throw StatusErrors.NotFoundPath().AsException();
        await RequireAsync(kind.Type, verb, @namespace, name, subresource, ct, fieldSelector, labelSelector);
        return kind;
    }

    private async ValueTask RequireAsync(ResourceType type, string verb, string @namespace, string name, string subresource, CancellationToken ct, string fieldSelector = "", string labelSelector = "")
    {
        var info = Info(type, verb, @namespace, name, subresource);
        var decision = await authorizer.DecideAsync(user, info.Selecting(fieldSelector, labelSelector), ct);
        if (!decision.IsAllowed)
        {
            throw Refusal.Of(user, info, decision);
        }
    }

    private static RequestInfo Info(ResourceType type, string verb, string @namespace, string name, string subresource) => new()
    {
        Verb = verb,
        Path = "",
        IsResource = true,
        Group = type.Group,
        Version = type.Version,
        Namespace = @namespace,
        Resource = type.Plural,
        Name = name,
        Subresource = subresource,
    };
}
