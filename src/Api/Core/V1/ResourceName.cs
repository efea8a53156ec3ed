namespace Navarch.Api.Core.V1;

/// <summary>The known values of a ResourceName.</summary>
public static class ResourceName
{
    public const string ResourceConfigMaps = "configmaps";
    public const string ResourceCPU = "cpu";
    public const string ResourceEphemeralStorage = "ephemeral-storage";
    public const string ResourceLimitsCPU = "limits.cpu";
    public const string ResourceLimitsEphemeralStorage = "limits.ephemeral-storage";
    public const string ResourceLimitsMemory = "limits.memory";
    public const string ResourceMemory = "memory";
    public const string ResourcePersistentVolumeClaims = "persistentvolumeclaims";
    public const string ResourcePods = "pods";
    public const string ResourceReplicationControllers = "replicationcontrollers";
    public const string ResourceRequestsCPU = "requests.cpu";
    public const string ResourceRequestsEphemeralStorage = "requests.ephemeral-storage";
    public const string ResourceRequestsMemory = "requests.memory";
    public const string ResourceRequestsStorage = "requests.storage";
    public const string ResourceQuotas = "resourcequotas";
    public const string ResourceSecrets = "secrets";
    public const string ResourceServices = "services";
    public const string ResourceServicesLoadBalancers = "services.loadbalancers";
    public const string ResourceServicesNodePorts = "services.nodeports";
    public const string ResourceStorage = "storage";
}
