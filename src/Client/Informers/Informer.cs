using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Navarch.Api;
using Navarch.Api.Json;

namespace Navarch.Client;

/// <summary>
/// Keeps a local copy of one kind (or of the part of it that <c>scope</c> selects) equal to the server's, by one list and then
/// a watch that resumes where it broke off. Reads never wait and see one moment; <see cref="Changed"/> tells who wants to know.
/// </summary>
public sealed partial class Informer<T>(IClient client, ListQuery scope, TimeProvider time, ILogger log, Random? random = null) : IInformer
    where T : class, IResource<T>
{
    /// <summary>Index of owners: the UIDs in <c>metadata.ownerReferences</c>.</summary>
    public const string OwnerIndex = "owner";

    /// <summary>Index of namespaces.</summary>
    public const string NamespaceIndex = "namespace";

    // A page bounds what a list costs in memory on both sides; small clusters need one.
    private const int PageSize = 1000;

    // Jitter exists to tell processes apart, so here alone an unseeded source is right when none is given.
    private readonly Backoff backoff = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(30), random ?? new Random());

    private readonly TaskCompletionSource synced = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Held while a change is made and told, so that a subscriber that comes meanwhile neither misses it nor hears it twice.
    // Reading never takes it, adding an index neither: handlers of one informer read others, which must not end in a ring.
    private readonly Lock telling = new();
    private ObjectSet<T> objects = ObjectSet<T>.Empty;
    private ulong revisionSeen;

    /// <summary>
    /// (before, after): created when before is null, gone when after is null. Runs on the informer's loop after the change is
    /// readable, in the order of history: a handler must be quick (enqueue a key) and must not wait for anything.
    /// </summary>
    public event Action<T?, T?>? Changed;

    public event Action? Advanced;

    public ResourceType ResourceType => T.ResourceType;

    public bool HasSynced => synced.Task.IsCompletedSuccessfully;

    /// <summary>The collection as of now; it does not change afterwards.</summary>
    public ObjectSet<T> Snapshot => Volatile.Read(ref objects);

    /// <summary>Version of the collection that has been seen; 0 before the first list.</summary>
    public ulong Revision => Volatile.Read(ref revisionSeen);

    public bool TryGet(NamespacedName name, [MaybeNullWhen(false)] out T item) => Snapshot.TryGet(name, out item);

    public T? Find(NamespacedName name) => Snapshot.Find(name);

    /// <summary>A copy, in no order. To look once through many objects, <see cref="Snapshot"/> is cheaper.</summary>
    public IReadOnlyList<T> List() => [.. Snapshot.Items];

    public IReadOnlyList<T> List(string @namespace) => Indexed(NamespaceIndex, static item => [item.Metadata.Namespace]).By(NamespaceIndex, @namespace);

    /// <summary>Objects with an owner reference to <paramref name="uid"/>, whether or not it is the controlling one.</summary>
    public IReadOnlyList<T> OwnedBy(string uid) =>
        Indexed(OwnerIndex, static item => item.Metadata.OwnerReferences.Select(owner => owner.UID)).By(OwnerIndex, uid);

    /// <summary>Adds an index, unless there is one of that name. Objects without keys are not in it.</summary>
    public void AddIndex(string name, Func<T, IEnumerable<string>> keysOf) => Indexed(name, keysOf);

    /// <summary>Objects under <paramref name="key"/> in an index made with <see cref="AddIndex"/>.</summary>
    public IReadOnlyList<T> By(string index, string key) => Snapshot.By(index, key);

    /// <summary>
    /// Like <see cref="Changed"/>, but first tells everything that exists, as created. Nothing is missed or told twice. Ends with
    /// the disposal of what is returned.
    /// </summary>
    public IDisposable Subscribe(Action<T?, T?> handler)
    {
        lock (telling)
        {
            foreach (var item in Snapshot.Items)
            {
                handler(null, item);
            }

            Changed += handler;
        }

        return new Subscription(this, handler);
    }

    public Task WaitForSyncAsync(CancellationToken ct) => synced.Task.WaitAsync(ct);

    public bool HasSeen(Write write)
    {
        var known = Snapshot.Find(write.Name);
        if (write.IsDeletion)
        {
            return known is null || known.Metadata.UID != write.Uid || known.Metadata.DeletionTimestamp is not null;
        }

        // The first is exact for an object in scope, the second also tells of objects that came and went meanwhile.
        return (known is not null && Write.RevisionOf(known.Metadata.ResourceVersion) >= write.Revision) || Revision >= write.Revision;
    }

    public async Task RunAsync(CancellationToken ct)
    {
        string? revision = null; // No place in history yet: list before watching.

        while (true)
        {
            var pause = TimeSpan.Zero;
            try
            {
                if (revision is null)
                {
                    var list = await client.ListPagedAsync<T>(scope, PageSize, ct);
                    revision = list.Metadata.ResourceVersion;
                    Replace(list.Items, revision);
                    synced.TrySetResult();
                }

                await foreach (var change in client.WatchAsync<T>(scope with { ResourceVersion = revision }, ct))
                {
                    Apply(change);
                    revision = change.Revision;
                    backoff.Reset();
                }
            }
            catch (ApiException e) when (e.IsExpired)
            {
                revision = null; // Our place was compacted away. Everything may have changed.
            }
            catch (Exception e) when (!ct.IsCancellationRequested && (e is ApiException or ApiJsonException || e.IsTransient))
            {
                // Also refusals: permissions and kinds may come later than who needs them.
                pause = (e as ApiException)?.RetryAfter ?? TimeSpan.Zero;
                LogInterrupted(log, ResourceType.GroupResource, revision ?? "", e.Message);
            }

            // Also after a watch that ended well: a server that ends them at once must not be hammered.
            var delay = backoff.Next();
            await Task.Delay(pause > delay ? pause : delay, time, ct);
        }
    }

    private ObjectSet<T> Indexed(string name, Func<T, IEnumerable<string>> keysOf)
    {
        var current = Snapshot;
        return current.HasIndex(name) ? current : Update(set => set.WithIndex(name, keysOf)).After;
    }

    /// <summary>The loop and those who add indexes change the set at the same time; who comes second does it again.</summary>
    private (ObjectSet<T> Before, ObjectSet<T> After) Update(Func<ObjectSet<T>, ObjectSet<T>> change)
    {
        while (true)
        {
            var before = Snapshot;
            var after = change(before);
            if (ReferenceEquals(Interlocked.CompareExchange(ref objects, after, before), before))
            {
                return (before, after);
            }
        }
    }

    private void Replace(IReadOnlyList<T> items, string revision)
    {
        lock (telling)
        {
            var (before, after) = Update(set => set.ReplacedBy(items));
            See(revision);
            foreach (var gone in before.Items)
            {
                if (!after.TryGet(NamespacedName.Of(gone), out _))
                {
                    TellLocked(gone, null);
                }
            }

            foreach (var item in items)
            {
                TellIfOtherLocked(before.Find(NamespacedName.Of(item)), item);
            }
        }

        Advanced?.Invoke();
    }

    private void Apply(WatchEvent<T> change)
    {
        lock (telling)
        {
            var name = NamespacedName.Of(change.Object);
            switch (change.Type)
            {
                case WatchEventType.Added or WatchEventType.Modified:
                    var (before, _) = Update(set => set.With(change.Object));
                    See(change.Revision);
                    TellIfOtherLocked(before.Find(name), change.Object);
                    break;
                case WatchEventType.Deleted:
                    Update(set => set.Without(name));
                    See(change.Revision);
                    TellLocked(change.Object, null);
                    break;
                default:
                    See(change.Revision);
                    break;
            }
        }

        Advanced?.Invoke();
    }

    private void See(string revision)
    {
        var number = Write.RevisionOf(revision);
        if (number > Revision)
        {
            Volatile.Write(ref revisionSeen, number);
        }
    }

    private void TellIfOtherLocked(T? before, T after)
    {
        if (before is not null && before.Metadata.UID != after.Metadata.UID)
        {
            TellLocked(before, null); // Another object under the same name: its predecessor's end was missed.
            TellLocked(null, after);
        }
        else if (before is null || before.Metadata.ResourceVersion != after.Metadata.ResourceVersion)
        {
            TellLocked(before, after);
        }
    }

    private void TellLocked(T? before, T? after)
    {
        foreach (var handler in Delegate.EnumerateInvocationList(Changed))
        {
            try
            {
                handler(before, after);
            }
            catch (Exception e)
            {
                // One object that a handler cannot bear must not end the view of all the others.
                LogHandlerFailed(log, ResourceType.GroupResource, NamespacedName.Of((after ?? before)!), e);
            }
        }
    }

    private sealed class Subscription(Informer<T> informer, Action<T?, T?> handler) : IDisposable
    {
        public void Dispose() => informer.Changed -= handler;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Watch of {Resource} interrupted at version {Revision}: {Cause}")]
    private static partial void LogInterrupted(ILogger log, string resource, string revision, string cause);

    [LoggerMessage(Level = LogLevel.Error, Message = "A handler failed for {Name} of {Resource}")]
    private static partial void LogHandlerFailed(ILogger log, string resource, NamespacedName name, Exception error);
}
