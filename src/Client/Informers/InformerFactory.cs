using Microsoft.Extensions.Logging;
using Navarch.Api;

namespace Navarch.Client;

/// <summary>Shares one informer per kind and scope among all parts that use one client, and runs them.</summary>
public sealed class InformerFactory(IClient client, TimeProvider time, ILoggerFactory logs, Random random)
{
    private readonly TaskCompletionSource broken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly Lock guard = new();
    private readonly Dictionary<(Type Kind, ListQuery Scope), IInformer> informers = [];
    private readonly List<Task> running = [];
    private CancellationToken? runningUntil;

    /// <summary>The informer of all objects of the kind.</summary>
    public Informer<T> Get<T>() where T : class, IResource<T> => Get<T>(ListQuery.All);

    /// <summary>The informer of the objects in <paramref name="scope"/>; it starts at once when the factory is running.</summary>
    public Informer<T> Get<T>(ListQuery scope) where T : class, IResource<T>
    {
        lock (guard)
        {
            if (informers.TryGetValue((typeof(T), scope), out var known))
            {
                return (Informer<T>)known;
            }

            var made = new Informer<T>(client, scope, time, logs.CreateLogger<Informer<T>>(), new Random(random.Next()));
            informers.Add((typeof(T), scope), made);
            if (runningUntil is { } ct)
            {
                running.Add(RunOneAsync(made, ct));
            }

            return made;
        }
    }

    /// <summary>Runs every informer, also those asked for later, until cancelled. Throws what an informer died of.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        lock (guard)
        {
            runningUntil = stop.Token;
            running.AddRange(informers.Values.Select(informer => RunOneAsync(informer, stop.Token)));
        }

        try
        {
            await broken.Task.WaitAsync(ct);
        }
        finally
        {
            await stop.CancelAsync();
            Task[] last;
            lock (guard)
            {
                runningUntil = null;
                last = [.. running];
                running.Clear();
            }

            await Task.WhenAll(last);
        }
    }

    public async Task WaitForSyncAsync(CancellationToken ct)
    {
        IInformer[] current;
        lock (guard)
        {
            current = [.. informers.Values];
        }

        foreach (var informer in current)
        {
            await informer.WaitForSyncAsync(ct);
        }
    }

    // Never throws: what went wrong is told through `broken`, once, to who runs the factory.
    private async Task RunOneAsync(IInformer informer, CancellationToken ct)
    {
        await Task.Yield();
        try
        {
            await informer.RunAsync(ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            broken.TrySetException(e);
        }
    }
}
