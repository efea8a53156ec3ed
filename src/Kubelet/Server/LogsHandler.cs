using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Navarch.Api.Core.V1;
using Navarch.Kubelet.Logs;
using Navarch.Kubelet.Pods;

namespace Navarch.Kubelet.Server;

/// <summary>Answers <c>/containerLogs</c>: the log of a container's newest run, or of the one before.</summary>
internal sealed class LogsHandler(PodLookup lookup, RuntimeCache runtime, LogFiles files, TimeProvider time)
{
    private readonly LogReader _reader = new(files, time);

    public async Task HandleAsync(HttpContext http)
    {
        if (await lookup.FindPodAsync(http) is not var (pod, state))
        {
            return;
        }
        var name = PodLookup.Value(http, "container");
        if (pod.Spec.Containers.Concat(pod.Spec.InitContainers).All(container => container.Name != name)
            && pod.Spec.EphemeralContainers.All(container => container.Name != name))
        {
            await PodLookup.RefuseAsync(http, StatusCodes.Status404NotFound, $"container \"{name}\" in pod \"{pod.Metadata.Name}\" is not available");
            return;
        }
        if (!TryParse(http.Request.Query, time.GetUtcNow(), out var query, out var problem))
        {
            await PodLookup.RefuseAsync(http, StatusCodes.Status422UnprocessableEntity, problem);
            return;
        }
        var previous = IsTrue(http.Request.Query["previous"]);
        var run = state.Containers.Where(container => container.Name == name && container.State is RuntimeState.Running or RuntimeState.Exited)
            .Skip(previous ? 1 : 0).FirstOrDefault(container => container.Name == name);
        if (run is null)
        {
            await PodLookup.RefuseAsync(http, StatusCodes.Status400BadRequest, previous
                ? $"previous terminated container \"{name}\" in pod \"{pod.Metadata.Name}\" not found"
                : Waiting(pod, name));
            return;
        }

        var path = Path.Combine(
            files.PodDirectory(pod.Metadata.Namespace, pod.Metadata.Name, pod.Metadata.UID), LogFiles.ContainerFile(name, run.Attempt));
        if (!IsThere(path))
        {
            await PodLookup.RefuseAsync(http, StatusCodes.Status404NotFound, $"unable to retrieve container logs for containerd://{run.Id}");
            return;
        }
        http.Response.ContentType = "text/plain; charset=utf-8";
        // Without this, lines wait for each other.
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await http.Response.StartAsync(http.RequestAborted);
        try
        {
            await _reader.CopyAsync(path, query, () => IsRunning(pod.Metadata.UID, run.Id), http.Response.Body, http.RequestAborted);
        }
        catch (Exception e) when (e is OperationCanceledException or FileNotFoundException or DirectoryNotFoundException)
        {
            // The reader left, or the log was removed with its pod.
        }
    }

    private bool IsThere(string path)
    {
        try
        {
            using var file = files.OpenRead(path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    internal static bool TryParse(IQueryCollection request, DateTimeOffset now, out LogQuery query, out string problem)
    {
        query = new LogQuery();
        problem = "";
        DateTimeOffset? since = null;
        if (request["sinceSeconds"] is { Count: > 0 } seconds)
        {
            if (!long.TryParse(seconds, CultureInfo.InvariantCulture, out var number) || number < 1)
            {
                problem = "sinceSeconds: must be greater than 0";
                return false;
            }
            since = now.AddSeconds(-Math.Min(number, TimeSpan.FromDays(36500).TotalSeconds));
        }
        if (request["sinceTime"] is { Count: > 0 } at)
        {
            if (!DateTimeOffset.TryParse(at, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed))
            {
                problem = "sinceTime: not a time";
                return false;
            }
            since = parsed;
        }
        if (!TryNumber(request["tailLines"], 0, out var tail) || !TryNumber(request["limitBytes"], 1, out var limit))
        {
            problem = "tailLines and limitBytes: must be numbers that are not negative";
            return false;
        }
        query = new LogQuery
        {
            Follow = IsTrue(request["follow"]),
            TailLines = tail,
            Since = since,
            Timestamps = IsTrue(request["timestamps"]),
            LimitBytes = limit,
            Stream = request["stream"].ToString() switch { "Stdout" => LogStream.Stdout, "Stderr" => LogStream.Stderr, _ => null },
        };
        return true;
    }

    private static bool TryNumber(string? text, long min, out long? number)
    {
        number = null;
        if (string.IsNullOrEmpty(text))
        {
            return true;
        }
        var isNumber = long.TryParse(text, CultureInfo.InvariantCulture, out var value) && value >= min;
        number = value;
        return isNumber;
    }

    // Off when it says so, and on in every other form.
    internal static bool IsTrue(string? text) => text is not (null or "0") && !text.Equals("false", StringComparison.OrdinalIgnoreCase);

    private static string Waiting(Pod pod, string name)
    {
        var status = pod.Status.ContainerStatuses.Concat(pod.Status.InitContainerStatuses).Concat(pod.Status.EphemeralContainerStatuses).FirstOrDefault(status => status.Name == name);
        var reason = status?.State.Waiting?.Reason ?? "ContainerCreating";
        return reason is Reasons.ErrImagePull or Reasons.ImagePullBackOff
            ? $"container \"{name}\" in pod \"{pod.Metadata.Name}\" is waiting to start: trying and failing to pull image"
            : $"container \"{name}\" in pod \"{pod.Metadata.Name}\" is waiting to start: {reason}";
    }

    private bool IsRunning(string uid, string id) => runtime.Find(uid)?.Running.Any(container => container.Id == id) == true;
}
