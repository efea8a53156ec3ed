using System.Runtime.CompilerServices;
using Navarch.Kubelet.Cri.Containerd;

namespace Navarch.Kubelet.Cri;

/// <summary>
/// Container news from containerd's own event service, for versions whose CRI has none. The only thing in the kubelet
/// that knows containerd by name; on other runtimes it is Unimplemented and the relist alone finds what happened.
/// </summary>
internal static class ContainerdEvents
{
    private const string Method = "containerd.services.events.v1.Events/Subscribe";

    // CRI keeps its containers in this namespace of containerd.
    private const string CriNamespace = "k8s.io";

    public static async IAsyncEnumerable<RuntimeEvent> WatchAsync(GrpcConnection connection, [EnumeratorCancellation] CancellationToken ct)
    {
        var request = new SubscribeRequest();
        // Deletion follows exit once CRI has taken note of it, so it is the event after which the new state can be read.
        foreach (var topic in (string[])["/tasks/start", "/tasks/exit", "/tasks/delete", "/tasks/oom"])
        {
            request.Filters.Add($"topic==\"{topic}\",namespace==\"{CriNamespace}\"");
        }

        await foreach (var envelope in connection.StreamAsync(Method, request, Envelope.Parser, ct))
        {
            if (Read(envelope) is { } e)
            {
                yield return e;
            }
        }
    }

    /// <summary>Null for the processes of an exec, of which every exec probe starts one.</summary>
    private static RuntimeEvent? Read(Envelope envelope)
    {
        var (container, process) = ("", "");
        switch (envelope.Topic)
        {
            case "/tasks/exit":
                var exit = TaskExit.Parser.ParseFrom(envelope.Event.Value);
                (container, process) = (exit.ContainerId, exit.Id);
                break;
            case "/tasks/delete":
                var delete = TaskDelete.Parser.ParseFrom(envelope.Event.Value);
                (container, process) = (delete.ContainerId, delete.Id);
                break;
            default:
                container = TaskStart.Parser.ParseFrom(envelope.Event.Value).ContainerId;
                break;
        }
        return process.Length > 0 && process != container
            ? null
            : new RuntimeEvent(container, Ended: envelope.Topic is "/tasks/exit" or "/tasks/delete");
    }
}
