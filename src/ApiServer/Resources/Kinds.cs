using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Resources;

/// <summary>The kinds this server stores. A new kind is one file with its rules and one line here.</summary>
internal static class Kinds
{
    public static IReadOnlyList<Kind> All() =>
    [
        Kind.Of(new Plain<Api.Core.V1.Namespace>()),
        Kind.Of(new Plain<Api.Core.V1.Node>()),
        Kind.Of(new Plain<Api.Core.V1.Pod>()),
        Kind.Of(new Plain<Api.Core.V1.Service>()),
        Kind.Of(new Plain<Api.Core.V1.Endpoints>()),
        Kind.Of(new Plain<Api.Core.V1.ConfigMap>()),
        Kind.Of(new Plain<Api.Core.V1.Secret>()),
        Kind.Of(new Plain<Api.Core.V1.ServiceAccount>()),
        Kind.Of(new Plain<Api.Core.V1.Event>()),
        Kind.Of(new Plain<Api.Coordination.V1.Lease>()),
        Kind.Of(new Plain<Api.Discovery.V1.EndpointSlice>()),
        Kind.Of(new Plain<Api.Apps.V1.ControllerRevision>()),
        Kind.Of(new Plain<Api.Apps.V1.ReplicaSet>()),
        Kind.Of(new Plain<Api.Apps.V1.Deployment>()),
        Kind.Of(new Plain<Api.Scheduling.V1.PriorityClass>()),
    ];

    private sealed class Plain<T> : Resource<T> where T : class, Api.IResource<T>
    {
        public override bool HasStatus => T.ResourceType.Kind is not ("ConfigMap" or "Secret" or "Event" or "Lease" or "Endpoints" or "EndpointSlice" or "ServiceAccount" or "ControllerRevision" or "PriorityClass");

        public override string StoragePrefix => T.ResourceType.Kind switch
        {
            "Service" => "/registry/services/specs/",
            "Endpoints" => "/registry/services/endpoints/",
            "Node" => "/registry/minions/",
            _ => base.StoragePrefix,
        };
    }
}
