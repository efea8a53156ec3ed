using Navarch.ApiServer.Resources.AdmissionRegistration;
using Navarch.ApiServer.Resources.ApiExtensions;
using Navarch.ApiServer.Resources.ApiRegistration;
using Navarch.ApiServer.Resources.Apps;
using Navarch.ApiServer.Resources.Autoscaling;
using Navarch.ApiServer.Resources.Batch;
using Navarch.ApiServer.Resources.Certificates;
using Navarch.ApiServer.Resources.Coordination;
using Navarch.ApiServer.Resources.Core;
using Navarch.ApiServer.Resources.Discovery;
using Navarch.ApiServer.Resources.DynamicResources;
using Navarch.ApiServer.Resources.FlowControl;
using Navarch.ApiServer.Resources.Networking;
using Navarch.ApiServer.Resources.Nodes;
using Navarch.ApiServer.Resources.Policy;
using Navarch.ApiServer.Resources.Rbac;
using Navarch.ApiServer.Resources.Scheduling;
using Navarch.ApiServer.Resources.Storage;

namespace Navarch.ApiServer.Resources;

/// <summary>The kinds the server stores. A new kind is one file with its rules and one line here.</summary>
public static class AllResources
{
    /// <summary>One instance per kind; they have no state.</summary>
    public static IReadOnlyList<Resource> List { get; } =
    [
        new ComponentStatusResource(),
        new ConfigMapResource(),
        new EndpointsResource(),
        new EventResource(),
        new LimitRangeResource(),
        new NamespaceResource(),
        new NodeResource(),
        new PersistentVolumeResource(),
        new PersistentVolumeClaimResource(),
        new PodResource(),
        new PodTemplateResource(),
        new ReplicationControllerResource(),
        new ResourceQuotaResource(),
        new SecretResource(),
        new ServiceAccountResource(),
        new ServiceResource(),
        new MutatingAdmissionPolicyResource(),
        new MutatingAdmissionPolicyBindingResource(),
        new MutatingWebhookConfigurationResource(),
        new ValidatingAdmissionPolicyResource(),
        new ValidatingAdmissionPolicyBindingResource(),
        new ValidatingWebhookConfigurationResource(),
        new CustomResourceDefinitionResource(),
        new APIServiceResource(),
        new ControllerRevisionResource(),
        new DaemonSetResource(),
        new DeploymentResource(),
        new ReplicaSetResource(),
        new StatefulSetResource(),
        new HorizontalPodAutoscalerResource(),
        new CronJobResource(),
        new JobResource(),
        new CertificateSigningRequestResource(),
        new LeaseResource(),
        new EndpointSliceResource(),
        new FlowSchemaResource(),
        new PriorityLevelConfigurationResource(),
        new IngressResource(),
        new IngressClassResource(),
        new IPAddressResource(),
        new NetworkPolicyResource(),
        new ServiceCIDRResource(),
        new RuntimeClassResource(),
        new PodDisruptionBudgetResource(),
        new ClusterRoleResource(),
        new ClusterRoleBindingResource(),
        new RoleResource(),
        new RoleBindingResource(),
        new DeviceClassResource(),
        new ResourceClaimResource(),
        new ResourceClaimTemplateResource(),
        new ResourceSliceResource(),
        new PriorityClassResource(),
        new CSIDriverResource(),
        new CSINodeResource(),
        new CSIStorageCapacityResource(),
        new StorageClassResource(),
        new VolumeAttachmentResource(),
        new VolumeAttributesClassResource(),
    ];
}
