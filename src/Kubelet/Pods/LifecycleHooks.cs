using Navarch.Api.Core.V1;
using Navarch.Kubelet.Probes;

namespace Navarch.Kubelet.Pods;

/// <summary>Runs what a container wants done after its start and before its end.</summary>
internal sealed class LifecycleHooks(Prober prober, TimeProvider time)
{
    /// <returns>Null when it went well, else what went wrong.</returns>
    public async Task<string?> RunAsync(LifecycleHandler hook, Container container, string containerId, string podIP, TimeSpan limit, CancellationToken ct)
    {
        using var timeout = new CancellationTokenSource(Waits.Timer(limit), time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        try
        {
            switch (hook)
            {
                case { Exec: { } exec }:
                    var outcome = await prober.ExecAsync(containerId, exec.Command, limit, both.Token);
                    return outcome.IsSuccess ? null : $"Exec lifecycle hook ({string.Join(' ', exec.Command)}) failed: {outcome.Message}";
                case { HTTPGet: { } get }:
                    var answer = await prober.HttpAsync(get, container, podIP, both.Token);
                    // Any answer at all is a hook that was heard.
                    return answer.IsSuccess || answer.Message.StartsWith("HTTP probe", StringComparison.Ordinal)
                        ? null
                        : $"HTTP lifecycle hook ({get.Path}) failed: {answer.Message}";
                case { Sleep: { } sleep }:
                    await Waits.DelayAsync(Waits.Seconds(sleep.Seconds), time, both.Token);
                    return null;
                default:
                    return null;
            }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return "the hook took longer than the container has to stop";
        }
        catch (ArgumentException e)
        {
            return e.Message;
        }
    }
}
