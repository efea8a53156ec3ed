using System.Globalization;
using System.Net;
using System.Text.Json;
using Navarch.Client;
using Navarch.Cluster.Images;
using Navarch.Cluster.Lifecycle;
using Navarch.Cluster.Machine;
using Navarch.Cluster.Profiles;
using Navarch.Cluster.Runtime;

namespace Navarch.Cluster.Demo;

/// <summary>From nothing to a page that counts its visitors: cluster, images, manifests, and the first visit.</summary>
/// <param name="manifests">The folder of the demo's YAML files.</param>
public sealed class DemoRun(ProfileStore profiles, string manifests, IProgressReporter progress, TimeProvider time)
{
    private const string Namespace = "default";
    private static readonly string[] Deployments = ["redis", "visits"];
    private static readonly TimeSpan AvailableMax = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    public async Task<DemoResult> RunAsync(StartOptions options, CancellationToken ct)
    {
        if (!Directory.Exists(manifests))
        {
            throw new ClusterException($"the demo's manifests are not in {manifests}", "run the demo from a complete checkout");
        }

        var started = await new Start(profiles, progress, time).RunAsync(options, ct);
        var paths = profiles.PathsOf(started.Profile.Name);
        await LoadImagesAsync(paths, ct);
        using var api = new ClusterApi(started.Profile, paths);
        await progress.StepAsync($"Applying {Path.GetFileName(manifests)}/*.yaml", async detail =>
        {
            foreach (var file in Directory.EnumerateFiles(manifests, "*.yaml").Order(StringComparer.Ordinal))
            {
                detail(Path.GetFileName(file));
                foreach (var manifest in ManifestFile.Read(file))
                {
                    await api.ApplyAsync(manifest.Collection(Namespace), manifest.Name, manifest.Json, ct);
                }
            }
        });
        await progress.StepAsync("Waiting for the application", detail => WaitUntilAvailableAsync(api, detail, ct));
        return await VisitAsync(api, started, ct);
    }

    private async Task LoadImagesAsync(ProfilePaths paths, CancellationToken ct)
    {
        var containerd = new Containerd(paths, time);
        var loader = new ImageLoader(containerd.Ctr, paths);
        var images = await new SampleImages(progress).BuildAsync(paths, SampleImages.Demo, ct);
        await progress.StepAsync("Building and loading the demo's images", async detail =>
        {
            foreach (var image in images)
            {
                detail(image.Name);
                await loader.EnsureAsync(image, ct);
            }
        });
    }

    private async Task WaitUntilAvailableAsync(ClusterApi api, Action<string> detail, CancellationToken ct)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            var waiting = new List<string>();
            foreach (var deployment in Deployments)
            {
                using var document = await api.FindAsync($"/apis/apps/v1/namespaces/{Namespace}/deployments/{deployment}", ct);
                var (available, wanted) = document is null ? (0, 1) : Counts(document.RootElement);
                if (available < wanted)
                {
                    waiting.Add(string.Create(CultureInfo.InvariantCulture, $"{deployment} {available}/{wanted}"));
                }
            }

            if (waiting.Count == 0)
            {
                return;
            }

            detail(string.Join(", ", waiting));
            if (time.GetElapsedTime(start) > AvailableMax)
            {
                throw new ClusterException(
                    $"the application is not available after {AvailableMax.TotalMinutes:0} minutes ({string.Join(", ", waiting)})",
                    "see why with `kubectl get pods` and `kubectl describe pods`");
            }

            await Task.Delay(Poll, time, ct);
        }
    }

    internal static (int Available, int Wanted) Counts(JsonElement deployment)
    {
        var wanted = deployment.GetProperty("spec").TryGetProperty("replicas", out var replicas) ? replicas.GetInt32() : 1;
        var status = deployment.TryGetProperty("status", out var present) ? present : default;
        return (Number(status, "availableReplicas"), wanted);
    }

    private static int Number(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var number) ? number.GetInt32() : 0;

    // Through the Service, as any pod or program of this machine would: the address leads to one of the pods.
    private async Task<DemoResult> VisitAsync(ClusterApi api, StartResult started, CancellationToken ct)
    {
        using var service = await api.FindAsync($"/api/v1/namespaces/{Namespace}/services/visits", ct)
            ?? throw new ClusterException("the Service \"visits\" is gone", "run the demo again");
        var spec = service.RootElement.GetProperty("spec");
        var port = spec.GetProperty("ports")[0];
        var inside = new Uri($"http://{spec.GetProperty("clusterIP").GetString()}:{port.GetProperty("port").GetInt32()}/");
        var outside = new Uri($"http://{MachineAddresses.Primary()}:{port.GetProperty("nodePort").GetInt32()}/");
        var answer = await progress.StepAsync($"Fetching {inside}", _ => FetchAsync(inside, ct));
        return new DemoResult(started, answer, inside, outside);
    }

    // Available pods are in the Service a moment later: rules follow the pods' readiness.
    private async Task<string> FetchAsync(Uri page, CancellationToken ct)
    {
        using var http = new HttpClient(new ConnectionErrorHandler(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2) }));
        var start = time.GetTimestamp();
        while (true)
        {
            string reason;
            try
            {
                using var response = await http.GetAsync(page, ct);
                var body = (await response.Content.ReadAsStringAsync(ct)).Trim();
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    return body;
                }

                reason = body;
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !ct.IsCancellationRequested)
            {
                reason = e.Message;
            }

            if (time.GetElapsedTime(start) > TimeSpan.FromSeconds(30))
            {
                throw new ClusterException($"{page} does not answer: {reason}", "see `kubectl get pods,services,endpointslices`");
            }

            await Task.Delay(Poll, time, ct);
        }
    }
}

/// <summary>What the demo has to show.</summary>
/// <param name="Answer">The page.</param>
/// <param name="Inside">The page's address for pods and programs of this machine.</param>
/// <param name="Outside">The page's address for everybody who reaches this machine.</param>
public sealed record DemoResult(StartResult Start, string Answer, Uri Inside, Uri Outside);
