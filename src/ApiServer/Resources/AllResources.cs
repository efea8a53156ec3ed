using Navarch.ApiServer.Resources.Apps;
using Navarch.ApiServer.Resources.Coordination;
using Navarch.ApiServer.Resources.Core;
using Navarch.ApiServer.Resources.Discovery;
using Navarch.ApiServer.Resources.Scheduling;

namespace Navarch.ApiServer.Resources;

/// <summary>The kinds the server stores.</summary>
public static class AllResources
{
    /// <summary>One instance per kind; they have no state.</summary>
    public static IReadOnlyList<Resource> List { get; } =
    [
        new ConfigMapResource(),
        new EndpointsResource(),
        new EventResource(),
        new NamespaceResource(),
        new NodeResource(),
        new PodResource(),
        new SecretResource(),
        new ServiceAccountResource(),
        new ServiceResource(),
        new ControllerRevisionResource(),
        new DeploymentResource(),
        new ReplicaSetResource(),
        new LeaseResource(),
        new EndpointSliceResource(),
        new PriorityClassResource(),
    ];
}
