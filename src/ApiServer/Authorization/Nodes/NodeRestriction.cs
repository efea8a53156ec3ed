using Navarch.Api;
using Navarch.Api.Coordination.V1;
using Navarch.Api.Core.V1;
using Navarch.Api.DynamicResources.V1;
using Navarch.Api.Storage.V1;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;
using Navarch.Machinery.Pods;
using BoundObjectReference = Navarch.Api.Authentication.V1.BoundObjectReference;
using TokenRequest = Navarch.Api.Authentication.V1.TokenRequest;

namespace Navarch.ApiServer.Authorization.Nodes;

/// <summary>
/// Keeps a kubelet to its own: its node, without labels and taints that decide what may run there; the pods bound to it;
/// tokens for those pods; its lease.
/// </summary>
internal sealed class NodeRestriction(Catalog catalog, IAuthorizer authorizer) : IAdmission
{
    private const string RestrictedLabels = "node-restriction.kubernetes.io";
    private const string LeaseNamespace = "kube-node-lease";

    // Labels of Kubernetes that a kubelet may say of its node.
    private static readonly HashSet<string> OwnLabels =
    [
        "kubernetes.io/hostname", "topology.kubernetes.io/zone", "topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/zone",
        "failure-domain.beta.kubernetes.io/region", "node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type", "kubernetes.io/os",
        "kubernetes.io/arch", "beta.kubernetes.io/os", "beta.kubernetes.io/arch", "node.kubernetes.io/windows-build",
    ];

    private static readonly string[] OwnLabelDomains = ["kubelet.kubernetes.io", "node.kubernetes.io"];

    public ValueTask<IResource> AdmitAsync(AdmissionRequest request, CancellationToken ct)
    {
        if (NodeIdentity.Of(request.Options.User) is { } node)
        {
            var problem = node.Length == 0 ? $"could not determine node from user {GoText.Quote(request.Options.User.Name)}" : Problem(node, request);
            if (problem is not null)
            {
                throw StatusErrors.Forbidden(request.Kind.Type, request.Value.Metadata.Name, problem).AsException();
            }
        }

        return new(request.Value);
    }

    /// <summary>A kubelet gets tokens only for the accounts of its own pods, bound to them, and for whom the pods say they are.</summary>
    /// <exception cref="StatusException">403, 404.</exception>
    public async ValueTask CheckTokenAsync(UserInfo user, string @namespace, string account, TokenRequest request, CancellationToken ct)
    {
        if (NodeIdentity.Of(user) is not { } node)
        {
            return;
        }

        var problem = request.Spec.BoundObjectRef switch
        {
            not { APIVersion: "v1", Kind: "Pod", Name.Length: > 0 } => "node requested token not bound to a pod",
            { UID.Length: 0 } => "node requested token with a pod binding without a uid",
            var reference => PodProblem(node, reference, FindPod(@namespace, reference.Name)) ?? await AudienceProblemAsync(user, FindPod(@namespace, reference.Name), request.Spec.Audiences, ct),
        };
        if (problem is not null)
        {
            throw StatusErrors.Forbidden(ServiceAccount.ResourceType, account, problem).AsException();
        }
    }

    /// <exception cref="StatusException">403: the pod is not of the kubelet's node.</exception>
    public static void CheckEviction(UserInfo user, Pod pod)
    {
        if (NodeIdentity.Of(user) is { } node && pod.Spec.NodeName != node)
        {
            throw StatusErrors.Forbidden(Pod.ResourceType, pod.Metadata.Name, $"node {node} can only evict pods with spec.nodeName set to itself").AsException();
        }
    }

    private Pod FindPod(string @namespace, string name)
    {
        var pods = catalog.Get<Pod>();
        return pods.Objects.Current.Objects.Find(pods.Key(@namespace, name))?.Value as Pod ?? throw StatusErrors.NotFound("", "pod", name).AsException();
    }

    private static string? PodProblem(string node, BoundObjectReference reference, Pod pod) => reference.UID != pod.Metadata.UID
        ? $"the UID in the bound object reference ({reference.UID}) does not match the UID in record. The object might have been deleted and then recreated"
        : pod.Spec.NodeName != node ? "node requested token bound to a pod scheduled on a different node" : null;

    // Whom the pod does not speak of, somebody must have granted to the node for its account.
    private async ValueTask<string?> AudienceProblemAsync(UserInfo user, Pod pod, IReadOnlyList<string> audiences, CancellationToken ct)
    {
        if (audiences.Count > 1)
        {
            return "node may only request 0 or 1 audiences";
        }

        var audience = audiences.Count == 0 ? "" : audiences[0];
        if (PodAudiences.Of(pod, catalog).Contains(audience))
        {
            return null;
        }

        var question = new RequestInfo
        {
            Verb = "request-serviceaccounts-token-audience", Path = "", IsResource = true, Version = "v1", Namespace = pod.Metadata.Namespace, Resource = audience, Name = pod.Spec.ServiceAccountName,
        };
        return (await authorizer.DecideAsync(user, question, ct)).IsAllowed ? null : $"audience {GoText.Quote(audience)} not found in pod spec volume";
    }

    private string? Problem(string node, AdmissionRequest request) => request.Value switch
    {
        Pod pod => request.Options.Subresource switch
        {
            "" => OfPod(node, pod, request),
            "status" => OfPodStatus(node, pod, (Pod?)request.Old),
            "eviction" => pod.Spec.NodeName == node ? null : $"node {node} can only evict pods with spec.nodeName set to itself",
            var other => $"unexpected pod subresource {GoText.Quote(other)}, only 'status' and 'eviction' are allowed",
        },
        Node value => OfNode(node, value, request),
        PersistentVolumeClaim claim => request.Options.Subresource == "status" && request.Old is PersistentVolumeClaim old ? OfClaim(node, claim, old) : "may only update PVC status",
        Lease lease => lease.Metadata.Namespace != LeaseNamespace ? $"can only access leases in the \"{LeaseNamespace}\" system namespace"
            : lease.Metadata.Name != node ? "can only access node lease with the same name as the requesting node" : null,
        CSINode own => own.Metadata.Name != node ? "can only access CSINode with the same name as the requesting node" : null,
        ResourceSlice slice => slice.Spec.NodeName == node || (request.Old is ResourceSlice present && present.Spec.NodeName == node) ? null
            : "can only create ResourceSlice with the same NodeName as the requesting node",
        _ => null,
    };

    private string? OfPod(string node, Pod pod, AdmissionRequest request) => request.Operation switch
    {
        "CREATE" => OfMirror(node, pod),
        "DELETE" => pod.Spec.NodeName == node ? null : $"node {GoText.Quote(node)} can only delete pods with spec.nodeName set to itself",
        var operation => $"unexpected operation {GoText.Quote(operation)}, node {GoText.Quote(node)} can only create and delete mirror pods",
    };

    private string? OfMirror(string node, Pod pod)
    {
        var who = $"node {GoText.Quote(node)}";
        if (!pod.Metadata.Annotations.ContainsKey(PodReferences.MirrorAnnotation))
        {
            return $"pod does not have \"{PodReferences.MirrorAnnotation}\" annotation, {who} can only create mirror pods";
        }

        if (pod.Spec.NodeName != node)
        {
            return $"{who} can only create pods with spec.nodeName set to itself";
        }

        switch (pod.Metadata.OwnerReferences)
        {
            case { Count: > 1 }:
                return $"{who} can only create pods with a single owner reference set to itself";
            case [{ APIVersion: "v1", Kind: "Node" } owner] when owner.Name == node:
                var found = catalog.Get<Node>().Objects.Current.Objects.Find(node)?.Value ?? throw StatusErrors.NotFound("", "node", node).AsException();
                if (owner.Controller != true)
                {
                    return $"{who} can only create pods with a controller owner reference set to itself";
                }

                if (owner.BlockOwnerDeletion == true)
                {
                    return $"{who} must not set blockOwnerDeletion on an owner reference";
                }

                if (owner.UID != found.Metadata.UID)
                {
                    return $"node {node} UID mismatch: expected {owner.UID} got {found.Metadata.UID}";
                }

                break;
            default:
                return $"{who} can only create pods with an owner reference set to itself";
        }

        foreach (var (what, name) in PodReferences.Of(pod))
        {
            // Every pod without an account is given that of its namespace.
            switch (what)
            {
                case Needed.Account when name != "default":
                    return $"{who} can not create pods that reference a service account";
                case Needed.Secret:
                    return $"{who} can not create pods that reference secrets";
                case Needed.ConfigMap:
                    return $"{who} can not create pods that reference configmaps";
                case Needed.Claim:
                    return $"{who} can not create pods that reference persistentvolumeclaims";
                case Needed.ResourceClaim:
                    return $"{who} can not create pods that reference resourceclaims";
                default:
                    break;
            }
        }

        return pod.Spec.ResourceClaims.Count > 0 ? $"{who} can not create pods that reference resourceclaims"
            : pod.Spec.Volumes.Any(static volume => volume.Projected?.Sources.Any(static source => source.ClusterTrustBundle is not null) == true) ? $"{who} can not create pods that reference clustertrustbundles"
            : null;
    }

    private static string? OfPodStatus(string node, Pod pod, Pod? old)
    {
        var who = $"node {GoText.Quote(node)}";
        return old is null ? "unexpected operation \"CREATE\""
            : old.Spec.NodeName != node ? $"{who} can only update pod status for pods with spec.nodeName set to itself"
            : !pod.Metadata.Labels.Equals(old.Metadata.Labels) ? $"{who} cannot update labels through pod status"
            : pod.Metadata.Annotations.Find(PodReferences.MirrorAnnotation) != old.Metadata.Annotations.Find(PodReferences.MirrorAnnotation) ? $"{who} cannot update annotation {PodReferences.MirrorAnnotation} through pod status"
            : !pod.Status.ResourceClaimStatuses.Select(static one => (one.Name, one.ResourceClaimName)).SequenceEqual(old.Status.ResourceClaimStatuses.Select(static one => (one.Name, one.ResourceClaimName)))
                || pod.Status.ExtendedResourceClaimStatus?.ResourceClaimName != old.Status.ExtendedResourceClaimStatus?.ResourceClaimName
                ? $"{who} cannot update resource claim statues"
            : null;
    }

    private static string? OfNode(string node, Node value, AdmissionRequest request)
    {
        var who = $"node {GoText.Quote(node)}";
        if (value.Metadata.Name != node)
        {
            return $"{who} is not allowed to modify node {GoText.Quote(value.Metadata.Name)}";
        }

        if (request.Operation == "CREATE")
        {
            var set = Forbidden(value.Metadata.Labels, []);
            return set.Length > 0 ? $"{who} is not allowed to set the following labels: {set}" : null;
        }

        if (request.Old is not Node old || request.Operation != "UPDATE")
        {
            return null;
        }

        if (!value.Spec.Taints.SequenceEqual(old.Spec.Taints))
        {
            return $"{who} is not allowed to modify taints";
        }

        var labels = Forbidden(value.Metadata.Labels, old.Metadata.Labels);
        return labels.Length > 0 ? $"is not allowed to modify labels: {labels}"
            : !value.Metadata.OwnerReferences.SequenceEqual(old.Metadata.OwnerReferences) ? $"{who} is not allowed to modify ownerReferences"
            : null;
    }

    private static string? OfClaim(string node, PersistentVolumeClaim claim, PersistentVolumeClaim old) => Rest(claim, old).Equals(Rest(old, old)) ? null
        : $"node {GoText.Quote(node)} is not allowed to update fields other than status.capacity and status.conditions";

    private static PersistentVolumeClaim Rest(PersistentVolumeClaim claim, PersistentVolumeClaim old) => claim with
    {
        Metadata = claim.Metadata with { ResourceVersion = "", ManagedFields = [] },
        Status = claim.Status with
        {
            Capacity = old.Status.Capacity,
            Conditions = old.Status.Conditions,
            AllocatedResources = old.Status.AllocatedResources,
            AllocatedResourceStatuses = old.Status.AllocatedResourceStatuses,
        },
    };

    private static string Forbidden(Map<string> now, Map<string> before) => string.Join(", ", now.Keys.Union(before.Keys)
        .Where(key => now.Find(key) != before.Find(key) || now.ContainsKey(key) != before.ContainsKey(key))
        .Where(IsForbidden).Order(StringComparer.Ordinal));

    private static bool IsForbidden(string key)
    {
        var domain = key.IndexOf('/') is > 0 and var slash ? key[..slash] : "";
        return IsIn(domain, RestrictedLabels)
            || ((IsIn(domain, "kubernetes.io") || IsIn(domain, "k8s.io")) && !OwnLabels.Contains(key) && !Array.Exists(OwnLabelDomains, own => IsIn(domain, own)));
    }

    private static bool IsIn(string domain, string parent) => domain == parent || domain.EndsWith("." + parent, StringComparison.Ordinal);
}
