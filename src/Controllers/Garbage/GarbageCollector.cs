using Microsoft.Extensions.Logging;
using Navarch.Api;
using Navarch.Api.Meta.V1;
using Navarch.Client;

namespace Navarch.Controllers;

/// <summary>
/// Removes objects all of whose owners are gone. Three ways to delete an owner: <b>background</b>, its dependents follow when it is
/// gone; <b>foreground</b>, it stays until those dependents are gone that block it; <b>orphan</b>, its dependents stay and forget it.
/// <para>
/// Informers say where to look; before anything is deleted, the server is asked whether the owner is really gone. So a view that
/// lags, or owners named before they are seen, cost a question and never an object.
/// </para>
/// </summary>
internal sealed partial class GarbageCollector : IDisposable
{
    private const string ForegroundFinalizer = "foregroundDeletion";
    private const string OrphanFinalizer = "orphan";

    // Of one owner with many dependents only the first has to be asked for. UIDs never come back, so nothing here gets old.
    private const int KnownGoneMax = 10_000;

    private readonly IReadOnlyList<IGarbageKind> kinds;
    private readonly ILogger log;
    private readonly WorkQueue<GarbageKey> queue;
    private readonly List<IDisposable> subscriptions = [];

    private readonly Lock guard = new();
    private readonly HashSet<string> knownGone = new(StringComparer.Ordinal);

    public GarbageCollector(IReadOnlyList<IGarbageKind> kinds, TimeProvider time, Random random, ILogger log)
    {
        this.kinds = kinds;
        this.log = log;
        queue = new WorkQueue<GarbageKey>(time, random);
    }

    public void Dispose()
    {
        subscriptions.ForEach(subscription => subscription.Dispose());
        queue.Dispose();
    }

    public async Task RunAsync(int workers, CancellationToken ct)
    {
        foreach (var kind in kinds)
        {
            await kind.Informer.WaitForSyncAsync(ct);
        }

        foreach (var kind in kinds)
        {
            subscriptions.Add(kind.Subscribe(Look));
        }

        await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => WorkAsync(ct)));
    }

    /// <summary>Decides whom a change may concern.</summary>
    private void Look(IResource? before, IResource? after)
    {
        if (after is null)
        {
            EnqueueAll(DependentsOf(before!.Metadata.UID));
            EnqueueAll(OwnersOf(before).Where(owner => IsWaiting(owner)));
            return;
        }

        if (before is not null && !Same.Lists(before.Metadata.OwnerReferences, after.Metadata.OwnerReferences))
        {
            EnqueueAll(OwnersOf(before).Where(owner => IsWaiting(owner)));
        }

        if (after.IsTerminating && (IsWaiting(after) || after.Metadata.Finalizers.Contains(OrphanFinalizer)))
        {
            queue.Add(GarbageKey.Of(after));
            EnqueueAll(DependentsOf(after.Metadata.UID));
        }

        // Nearly always all owners are there and well, and nothing has to be done.
        if (after.Metadata.OwnerReferences.Count > 0 && !after.IsTerminating
            && !after.Metadata.OwnerReferences.All(owner => FindOwner(after, owner) is { } found && !IsWaiting(found)))
        {
            queue.Add(GarbageKey.Of(after));
        }
    }

    private async Task WorkAsync(CancellationToken ct)
    {
        await Task.Yield();
        while (true)
        {
            var key = await queue.TakeAsync(ct);
            try
            {
                if (FindKind(key.Type) is { } kind && kind.Find(key.Name) is { } item)
                {
                    await HandleAsync(kind, item, ct);
                }

                queue.Forget(key);
            }
            catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
            {
                // One object that cannot be handled must not keep the rest from being collected.
                var delay = queue.AddFailed(key);
                if (e is not ApiException { IsConflict: true })
                {
                    LogFailed(log, key, delay, e.Message);
                }
            }
            finally
            {
                queue.Done(key);
            }
        }
    }

    private async Task HandleAsync(IGarbageKind kind, IResource item, CancellationToken ct)
    {
        if (item.IsTerminating)
        {
            if (item.Metadata.Finalizers.Contains(OrphanFinalizer))
            {
                await OrphanAsync(kind, item, ct);
            }
            else if (IsWaiting(item))
            {
                await FinishForegroundAsync(kind, item, ct);
            }

            return;
        }

        if (item.Metadata.OwnerReferences.Count == 0)
        {
            return;
        }

        var states = new List<(OwnerReference Owner, OwnerState State)>();
        foreach (var owner in item.Metadata.OwnerReferences)
        {
            states.Add((owner, await StateOfAsync(item, owner, ct)));
        }

        var lost = states.Where(entry => entry.State != OwnerState.Present).Select(entry => entry.Owner.UID).ToList();
        if (lost.Count < states.Count)
        {
            if (lost.Count > 0)
            {
                await kind.PatchAsync(item, Forget(item, lost), ct); // It has other owners still.
            }

            return;
        }

        var isAwaited = states.Any(entry => entry.State == OwnerState.Waiting);
        LogCollecting(log, GarbageKey.Of(item));
        await kind.DeleteAsync(item, PolicyFor(item, isAwaited), ct);
    }

    // Who waits for this object waits for what depends on it, too.
    private string PolicyFor(IResource item, bool isAwaited)
    {
        if (item.Metadata.Finalizers.Contains(OrphanFinalizer))
        {
            return DeletionPropagation.DeletePropagationOrphan;
        }

        return item.Metadata.Finalizers.Contains(ForegroundFinalizer) || (isAwaited && DependentsOf(item.Metadata.UID).Any())
            ? DeletionPropagation.DeletePropagationForeground
            : DeletionPropagation.DeletePropagationBackground;
    }

    private async Task OrphanAsync(IGarbageKind kind, IResource item, CancellationToken ct)
    {
        foreach (var dependent in DependentsOf(item.Metadata.UID).ToList())
        {
            await FindKind(dependent.GetResourceType())!.PatchAsync(dependent, Forget(dependent, [item.Metadata.UID]), ct);
        }

        await kind.PatchAsync(item, WithoutFinalizer(item, OrphanFinalizer), ct);
    }

    private async Task FinishForegroundAsync(IGarbageKind kind, IResource item, CancellationToken ct)
    {
        var dependents = DependentsOf(item.Metadata.UID).ToList();
        if (dependents.Any(dependent => Blocks(dependent, item)))
        {
            if (OwnersBehind(item) is { Count: > 0 } circle)
            {
                await kind.PatchAsync(item, Release(item, circle), ct); // Of which we hear, and look at them again.
            }

            EnqueueAll(dependents.Where(dependent => !dependent.IsTerminating)); // Their end brings us back here.
            return;
        }

        await kind.PatchAsync(item, WithoutFinalizer(item, ForegroundFinalizer), ct);
    }

    private static bool Blocks(IResource dependent, IResource owner) =>
        dependent.Metadata.OwnerReferences.Any(reference => reference.UID == owner.Metadata.UID && reference.BlockOwnerDeletion == true);

    /// <summary>Owners that wait for this object while it waits for them, over however many others: in a circle nobody would ever go.</summary>
    private List<string> OwnersBehind(IResource item)
    {
        var blocked = item.Metadata.OwnerReferences.Where(owner => owner.BlockOwnerDeletion == true).Select(owner => owner.UID).ToList();
        if (blocked.Count == 0)
        {
            return blocked;
        }

        var awaited = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<IResource>([item]);
        while (open.TryPop(out var next))
        {
            foreach (var dependent in DependentsOf(next.Metadata.UID))
            {
                if (IsWaiting(dependent) && Blocks(dependent, next) && awaited.Add(dependent.Metadata.UID))
                {
                    open.Push(dependent);
                }
            }
        }

        return blocked.FindAll(awaited.Contains);
    }

    private enum OwnerState
    {
        Present,
        Waiting,
        Gone,
    }

    private async Task<OwnerState> StateOfAsync(IResource item, OwnerReference reference, CancellationToken ct)
    {
        lock (guard)
        {
            if (knownGone.Contains(reference.UID))
            {
                return OwnerState.Gone;
            }
        }

        // Of a kind that is not known here nothing can be said, so nothing is done.
        if (FindKind(reference) is not { } kind || NameOf(item, kind, reference) is not { } name)
        {
            return OwnerState.Present;
        }

        var owner = FindOwner(item, reference);
        if (owner is null)
        {
            owner = await kind.FetchAsync(name, ct);
            if (owner is null || owner.Metadata.UID != reference.UID)
            {
                Remember(reference.UID);
                return OwnerState.Gone;
            }
        }

        return IsWaiting(owner) ? OwnerState.Waiting : OwnerState.Present;
    }

    private void Remember(string uid)
    {
        lock (guard)
        {
            if (knownGone.Count >= KnownGoneMax)
            {
                knownGone.Clear();
            }

            knownGone.Add(uid);
        }
    }

    private IResource? FindOwner(IResource item, OwnerReference reference) =>
        FindKind(reference) is { } kind && NameOf(item, kind, reference) is { } name && kind.Find(name) is { } found && found.Metadata.UID == reference.UID
            ? found
            : null;

    /// <summary>An owner lives in the namespace of what it owns, or in none; null when that cannot be.</summary>
    private static NamespacedName? NameOf(IResource item, IGarbageKind kind, OwnerReference reference)
    {
        if (!kind.Type.Namespaced)
        {
            return new NamespacedName("", reference.Name);
        }

        return item.Metadata.Namespace.Length > 0 ? new NamespacedName(item.Metadata.Namespace, reference.Name) : null;
    }

    private IEnumerable<IResource> OwnersOf(IResource item) =>
        item.Metadata.OwnerReferences.Select(owner => FindOwner(item, owner)).OfType<IResource>();

    private IEnumerable<IResource> DependentsOf(string uid) => kinds.SelectMany(kind => kind.DependentsOf(uid));

    private IGarbageKind? FindKind(ResourceType type) => kinds.FirstOrDefault(kind => kind.Type == type);

    // By group, not by version: an owner may be named in any version it is served in.
    private IGarbageKind? FindKind(OwnerReference reference)
    {
        var slash = reference.APIVersion.IndexOf('/');
        var group = slash < 0 ? "" : reference.APIVersion[..slash];
        return kinds.FirstOrDefault(kind => kind.Type.Kind == reference.Kind && kind.Type.Group == group);
    }

    private static bool IsWaiting(IResource owner) => owner.IsTerminating && owner.Metadata.Finalizers.Contains(ForegroundFinalizer);

    private void EnqueueAll(IEnumerable<IResource> items)
    {
        foreach (var item in items)
        {
            queue.Add(GarbageKey.Of(item));
        }
    }

    private static Patch Forget(IResource item, IEnumerable<string> owners) => PatchOwners(item, owners, "\"$patch\":\"delete\"");

    private static Patch Release(IResource item, IEnumerable<string> owners) => PatchOwners(item, owners, "\"blockOwnerDeletion\":false");

    private static Patch PatchOwners(IResource item, IEnumerable<string> owners, string change) => Patch.StrategicMerge(
        $"{{\"metadata\":{{\"uid\":\"{item.Metadata.UID}\",\"ownerReferences\":[{string.Join(',', owners.Select(uid => $"{{{change},\"uid\":\"{uid}\"}}"))}]}}}}");

    private static Patch WithoutFinalizer(IResource item, string finalizer) => Patch.Merge(
        $"{{\"metadata\":{{\"resourceVersion\":\"{item.Metadata.ResourceVersion}\",\"finalizers\":[{string.Join(',', item.Metadata.Finalizers.Where(name => name != finalizer).Select(name => $"\"{name}\""))}]}}}}");

    [LoggerMessage(Level = LogLevel.Debug, Message = "Collecting {Key}, whose owners are gone")]
    private static partial void LogCollecting(ILogger log, GarbageKey key);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Garbage collection failed on {Key}, again in {Delay}: {Cause}")]
    private static partial void LogFailed(ILogger log, GarbageKey key, TimeSpan delay, string cause);
}
