using Microsoft.Extensions.Logging;
using Navarch.Api;
using Navarch.Client;

namespace Navarch.Kubelet.Volumes;

/// <summary>
/// The objects of one kind that pods of this node refer to. Each is watched on its own for as long as somebody refers to
/// it: a node may see no others, and a change reaches the pod when it happens.
/// </summary>
internal sealed class WatchedObjects<T>(IClient client, TimeProvider time, ILogger log) : IAsyncDisposable
    where T : class, IResource<T>
{
    /// <summary>
    /// The server gives a client 10,000 watches, and the kubelet needs others besides those of two kinds here. Pods that name
    /// more take what they name as it is when they start.
    /// </summary>
    public const int WatchesMax = 4_000;

    private readonly Lock _guard = new();
    private readonly Dictionary<NamespacedName, Watched> _watched = [];

    public int Count
    {
        get
        {
            lock (_guard)
            {
                return _watched.Count;
            }
        }
    }

    /// <summary>Watches an object until the answer is disposed, unless there are too many watched already.</summary>
    /// <param name="changed">Called after each change, including the appearance of a missing object.</param>
    public IAsyncDisposable Watch(NamespacedName name, Action changed)
    {
        lock (_guard)
        {
            if (!_watched.TryGetValue(name, out var watched))
            {
                if (_watched.Count >= WatchesMax)
                {
                    return Nothing.Instance;
                }
                var scope = new ListQuery { Namespace = name.Namespace, FieldSelector = $"metadata.name={name.Name}" };
                var informer = new Informer<T>(client, scope, time, log);
                var stop = new CancellationTokenSource();
                _watched[name] = watched = new Watched(informer, stop, RunAsync(informer, stop.Token));
            }
            watched.Users++;
            void Changed(T? before, T? after) => changed();
            watched.Informer.Changed += Changed;
            return new Release(this, name, watched, () => watched.Informer.Changed -= Changed);
        }
    }

    /// <summary>The object as it is now, or null when there is none.</summary>
    public async Task<T?> FindAsync(NamespacedName name, CancellationToken ct)
    {
        Watched? watched;
        lock (_guard)
        {
            _watched.TryGetValue(name, out watched);
        }
        if (watched is { Informer.HasSynced: true } && watched.Informer.TryGet(name, out var known))
        {
            return known;
        }
        // Not there yet, or made so short ago that the watch has not told of it.
        return await client.FindAsync<T>(name, ct);
    }

    public async ValueTask DisposeAsync()
    {
        List<Watched> all;
        lock (_guard)
        {
            all = [.. _watched.Values];
            _watched.Clear();
        }
        foreach (var watched in all)
        {
            await watched.StopAsync();
        }
    }

    private static async Task RunAsync(Informer<T> informer, CancellationToken ct)
    {
        try
        {
            await informer.RunAsync(ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Nobody refers to it any more.
        }
    }

    private sealed class Watched(Informer<T> informer, CancellationTokenSource stop, Task running)
    {
        public Informer<T> Informer => informer;

        public int Users { get; set; }

        public async Task StopAsync()
        {
            await stop.CancelAsync();
            await running;
            stop.Dispose();
        }
    }

    private sealed class Nothing : IAsyncDisposable
    {
        public static readonly Nothing Instance = new();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Release(WatchedObjects<T> owner, NamespacedName name, Watched watched, Action unsubscribe) : IAsyncDisposable
    {
        private bool _isReleased;

        public async ValueTask DisposeAsync()
        {
            lock (owner._guard)
            {
                if (_isReleased)
                {
                    return;
                }
                _isReleased = true;
                unsubscribe();
                if (--watched.Users > 0 || !owner._watched.TryGetValue(name, out var current) || current != watched)
                {
                    return;
                }
                owner._watched.Remove(name);
            }
            await watched.StopAsync();
        }
    }
}
