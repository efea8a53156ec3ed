using Navarch.Api.Core.V1;
using Navarch.Client;
using Navarch.Kubelet.Cgroups;
using Navarch.Kubelet.Cri;
using Navarch.Kubelet.Logs;
using Navarch.Kubelet.Nodes;
using Navarch.Kubelet.Probes;
using Navarch.Kubelet.Volumes;

namespace Navarch.Kubelet.Pods;

/// <summary>What the pods of a node share.</summary>
internal sealed record PodContext
{
    public required KubeletConfig Config { get; init; }

    public required IRuntime Runtime { get; init; }

    public required RuntimeCache Cache { get; init; }

    public required IClient Client { get; init; }

    public required Informer<Service> Services { get; init; }

    public required PodEvents Events { get; init; }

    public required PodStatusWriter Statuses { get; init; }

    public required PodDirectories Directories { get; init; }

    public required PodVolumes Volumes { get; init; }

    public required NodeObjects Objects { get; init; }

    public required Prober Prober { get; init; }

    public required CgroupTree CgroupTree { get; init; }

    public required PodCgroups Cgroups { get; init; }

    public required LogFiles Logs { get; init; }

    public required NodeView Node { get; init; }

    public required ContainerConfigs ContainerConfigs { get; init; }

    public required Func<string> RuntimeName { get; init; }

    public required TimeProvider Time { get; init; }

    public IReadOnlyList<string> HostIPs => [Config.NodeIP];
}
