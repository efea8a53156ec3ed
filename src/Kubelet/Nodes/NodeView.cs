using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using ConditionStatus = Navarch.Api.Core.V1.ConditionStatus;
using Navarch.Kubelet.Cri.V1;
using Navarch.Kubelet.Pods;

namespace Navarch.Kubelet.Nodes;

/// <summary>The node's object, from what is known of the machine. Pure but for the machine's figures.</summary>
internal sealed class NodeView(KubeletConfig config, Machine machine)
{
    public const string KubeletVersion = "v1.36.0";

    /// <summary>What the machine has for pods. Nothing is held back: the system's own needs are the operator's to say.</summary>
    public Map<Quantity> Capacity { get; } = Map.From<Quantity>(new Dictionary<string, Quantity>
    {
        [ResourceName.ResourceCPU] = new(machine.CpuCount),
        [ResourceName.ResourceMemory] = Quantity.OfBytes(machine.MemoryBytes / 1024 * 1024),
        [ResourceName.ResourcePods] = new(config.PodsMax),
        [ResourceName.ResourceEphemeralStorage] = Quantity.OfBytes(machine.Disk().Bytes / 1024 * 1024),
    });

    public Map<string> Labels
    {
        get
        {
            var labels = Map.From(config.NodeLabels);
            foreach (var (key, value) in new Dictionary<string, string>
            {
                ["kubernetes.io/hostname"] = config.NodeName,
                ["kubernetes.io/os"] = "linux",
                ["kubernetes.io/arch"] = machine.Architecture,
                ["beta.kubernetes.io/os"] = "linux",
                ["beta.kubernetes.io/arch"] = machine.Architecture,
            })
            {
                labels = labels.With(key, value);
            }
            return labels;
        }
    }

    public Node New() => new()
    {
        Metadata = new ObjectMeta
        {
            Name = config.NodeName,
            Labels = Labels,
            Annotations = Map<string>.Empty.With("volumes.kubernetes.io/controller-managed-attach-detach", "true"),
        },
    };

    /// <summary>The status that the node should have; what others write of it is kept.</summary>
    public NodeStatus StatusOf(
        NodeStatus old, NodeHealth health, VersionResponse? runtime, int port, IReadOnlyList<Image> images, DateTimeOffset now) => old with
    {
        Capacity = Capacity,
        Allocatable = Capacity,
        Addresses =
        [
            new NodeAddress { Type = NodeAddressType.NodeInternalIP, Address = config.NodeIP },
            new NodeAddress { Type = NodeAddressType.NodeHostName, Address = config.NodeName },
        ],
        DaemonEndpoints = new NodeDaemonEndpoints { KubeletEndpoint = new DaemonEndpoint { Port = port } },
        NodeInfo = new NodeSystemInfo
        {
            MachineID = machine.MachineId,
            SystemUUID = machine.SystemUuid,
            BootID = machine.BootId,
            KernelVersion = machine.KernelVersion,
            OSImage = machine.OsImage,
            ContainerRuntimeVersion = runtime is null ? old.NodeInfo.ContainerRuntimeVersion : $"{runtime.RuntimeName}://{runtime.RuntimeVersion}",
            KubeletVersion = KubeletVersion,
            KubeProxyVersion = "",
            OperatingSystem = "linux",
            Architecture = machine.Architecture,
        },
        Images = [.. images.OrderByDescending(image => image.Size).Take(ImagesShown).Select(image => new ContainerImage
        {
            Names = [.. image.RepoDigests, .. image.RepoTags], SizeBytes = (long)image.Size,
        })],
        Conditions = Conditions(old.Conditions, health, now),
    };

    // The object is read by everybody who reads nodes; upstream shows as many.
    private const int ImagesShown = 50;

    private static IReadOnlyList<NodeCondition> Conditions(IReadOnlyList<NodeCondition> old, NodeHealth health, DateTimeOffset now)
    {
        var notReady = string.Join(", ", ((string?[])
        [
            health.RuntimeError is { } runtime ? $"container runtime is down: {runtime}" : null,
            health.NetworkError is { } network ? $"container runtime network not ready: {network}" : null,
        ]).OfType<string>());
        NodeCondition[] owned =
        [
            Condition(NodeConditionType.NodeMemoryPressure, health.MemoryPressure, "KubeletHasInsufficientMemory", "KubeletHasSufficientMemory",
                "kubelet has insufficient memory available", "kubelet has sufficient memory available"),
            Condition(NodeConditionType.NodeDiskPressure, health.DiskPressure, "KubeletHasDiskPressure", "KubeletHasNoDiskPressure",
                "kubelet has disk pressure", "kubelet has no disk pressure"),
            Condition(NodeConditionType.NodePIDPressure, health.PidPressure, "KubeletHasInsufficientPID", "KubeletHasSufficientPID",
                "kubelet has insufficient PID available", "kubelet has sufficient PID available"),
            Condition(NodeConditionType.NodeReady, notReady.Length == 0, "KubeletReady", "KubeletNotReady", "kubelet is posting ready status", notReady),
        ];
        return
        [
            .. old.Where(condition => owned.All(mine => mine.Type != condition.Type)),
            .. owned.Select(condition => Dated(condition, old.FirstOrDefault(other => other.Type == condition.Type), now)),
        ];
    }

    private static NodeCondition Condition(string type, bool isTrue, string reasonTrue, string reasonFalse, string messageTrue, string messageFalse) => new()
    {
        Type = type,
        Status = isTrue ? ConditionStatus.ConditionTrue : ConditionStatus.ConditionFalse,
        Reason = isTrue ? reasonTrue : reasonFalse,
        Message = isTrue ? messageTrue : messageFalse,
    };

    private static NodeCondition Dated(NodeCondition condition, NodeCondition? old, DateTimeOffset now) => condition with
    {
        LastHeartbeatTime = PodStatusView.Seconds(now),
        LastTransitionTime = old?.Status == condition.Status && old.LastTransitionTime is { } since ? since : PodStatusView.Seconds(now),
    };
}
