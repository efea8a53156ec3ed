using Navarch.Api;
using Navarch.Api.Apps.V1;
using Navarch.Api.Autoscaling.V2;
using Navarch.Api.Batch.V1;
using Navarch.Api.Coordination.V1;
using Navarch.Api.Core.V1;
using Navarch.Api.Discovery.V1;
using Navarch.Api.DynamicResources.V1;
using Navarch.Api.Networking.V1;
using Navarch.Api.Policy.V1;
using Navarch.Api.Rbac.V1;
using Navarch.Api.Storage.V1;

namespace Navarch.Controllers;

/// <summary>Does something with each kind, typed.</summary>
internal interface IKindVisitor
{
    void Visit<T>() where T : class, IResource<T>;
}

/// <summary>The kinds that controllers of all kinds (garbage, namespaces) deal with. A server need not serve them all.</summary>
internal static class Kinds
{
    /// <summary>Kinds in namespaces: those first whose end brings work to an end.</summary>
    public static void VisitNamespaced(IKindVisitor visitor)
    {
        visitor.Visit<Deployment>();
        visitor.Visit<DaemonSet>();
        visitor.Visit<StatefulSet>();
        visitor.Visit<ReplicaSet>();
        visitor.Visit<CronJob>();
        visitor.Visit<Job>();
        visitor.Visit<ReplicationController>();
        visitor.Visit<Pod>();
        visitor.Visit<Service>();
        visitor.Visit<Api.Core.V1.Endpoints>();
        visitor.Visit<EndpointSlice>();
        visitor.Visit<Ingress>();
        visitor.Visit<NetworkPolicy>();
        visitor.Visit<HorizontalPodAutoscaler>();
        visitor.Visit<PodDisruptionBudget>();
        visitor.Visit<ConfigMap>();
        visitor.Visit<Secret>();
        visitor.Visit<ServiceAccount>();
        visitor.Visit<PersistentVolumeClaim>();
        visitor.Visit<Api.DynamicResources.V1.ResourceClaim>();
        visitor.Visit<ResourceClaimTemplate>();
        visitor.Visit<CSIStorageCapacity>();
        visitor.Visit<ControllerRevision>();
        visitor.Visit<PodTemplate>();
        visitor.Visit<LimitRange>();
        visitor.Visit<ResourceQuota>();
        visitor.Visit<RoleBinding>();
        visitor.Visit<Role>();
        visitor.Visit<Lease>();
        visitor.Visit<Event>();
    }

    /// <summary>Kinds outside of namespaces that own things or are owned.</summary>
    public static void VisitClusterWide(IKindVisitor visitor)
    {
        visitor.Visit<Node>();
        visitor.Visit<PersistentVolume>();
        visitor.Visit<ClusterRole>();
        visitor.Visit<ClusterRoleBinding>();
    }
}
