using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Client;
using Navarch.Testing;

namespace Navarch.Controllers.Tests;

/// <summary>All controllers over a cluster in memory, on a virtual clock, with nodes that run what they are given.</summary>
internal sealed class ControllerCluster : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly Task running;
    private readonly HashSet<string> brokenImages = [];
    private readonly LogLines logs = new();

    private ControllerCluster(ControllerConfig config, IResource[] objects, int seed)
    {
        Fake = new FakeCluster(Time).With(objects);
        var controllers = ControllerManager.RunAsync(config, Fake, logs, Time, new Random(seed), stop.Token);
        running = Task.WhenAll(controllers, RunPodsAsync(stop.Token));
    }

    public FakeTime Time { get; } = new();

    public FakeCluster Fake { get; }

    public IClient Client => Fake;

    /// <summary>What was logged as a warning or worse.</summary>
    public IEnumerable<string> Warnings => logs.Lines;

    /// <summary>Pods of these images never get ready.</summary>
    public ISet<string> BrokenImages => brokenImages;

    public static ControllerCluster Start(params IResource[] objects) => Start(new ControllerConfig(), objects);

    public static ControllerCluster Start(ControllerConfig config, params IResource[] objects) => new(config, objects, seed: 1);

    /// <summary>Waits until the objects of a kind are as wanted. Time passes while nothing else happens.</summary>
    public async Task<IReadOnlyList<T>> UntilAsync<T>(Func<IReadOnlyList<T>, bool> condition, bool timePasses = true) where T : class, IResource<T>
    {
        try
        {
            return await Fake.UntilAsync(timePasses ? Time : null, condition);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}\n{logs}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        try
        {
            await running;
        }
        catch (OperationCanceledException)
        {
        }

        stop.Dispose();
    }

    // What scheduler and kubelet do, without either: a pod runs as soon as it is there, on no node in particular.
    private async Task RunPodsAsync(CancellationToken ct)
    {
        var next = 0;
        await foreach (var change in Fake.WatchAsync<Pod>(ListQuery.All with { AllowWatchBookmarks = false }, ct))
        {
            var pod = change.Object;
            if (change.Type == WatchEventType.Deleted || pod.Status.Phase == "Running" || pod.Spec.Containers.Any(container => brokenImages.Contains(container.Image)))
            {
                continue;
            }

            var ip = $"10.244.{++next / 250}.{(next % 250) + 1}";
            var ready = new PodCondition { Type = "Ready", Status = "True", LastTransitionTime = Time.GetUtcNow() };
            try
            {
                await Fake.UpdateStatusAsync(
                    pod with { Metadata = pod.Metadata with { ResourceVersion = "" }, Status = pod.Status with { Phase = "Running", PodIP = ip, PodIPs = [new PodIP { IP = ip }], Conditions = [ready] } }, ct);
            }
            catch (ApiException e) when (e.IsNotFound)
            {
            }
        }
    }
}
