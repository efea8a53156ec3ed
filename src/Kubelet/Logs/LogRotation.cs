using Microsoft.Extensions.Logging;
using Navarch.Kubelet.Cri;
using Navarch.Kubelet.Pods;

namespace Navarch.Kubelet.Logs;

/// <summary>Keeps the logs of running containers from growing for ever.</summary>
internal sealed partial class LogRotation(RuntimeCache cache, IRuntime runtime, LogFiles files, TimeProvider time, ILogger log)
{
    // A container that writes 100 MB a second has a gigabyte until it is seen; looking costs an open per container.
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    public async Task RunAsync(CancellationToken ct)
    {
        while (true)
        {
            await Task.Delay(Period, time, ct);
            foreach (var pod in cache.All)
            {
                foreach (var container in pod.Running)
                {
                    await RotateAsync(pod, container, ct);
                }
            }
        }
    }

    private async Task RotateAsync(RuntimePod pod, RuntimeContainer container, CancellationToken ct)
    {
        try
        {
            var path = Path.Combine(files.PodDirectory(pod.Namespace, pod.Name, pod.Uid), LogFiles.ContainerFile(container.Name, container.Attempt));
            await files.RotateAsync(path, time.GetUtcNow(), () => runtime.ReopenContainerLogAsync(container.Id, ct), ct);
        }
        catch (Exception e) when (e is CriException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            LogFailed(log, container.Name, pod.Uid, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The log of container {Container} of pod {Uid} was not rotated: {Cause}")]
    private static partial void LogFailed(ILogger log, string container, string uid, string cause);
}
