using Navarch.Api.Meta.V1;

namespace Navarch.Api.Core.V1;

/// <summary>An identity for the processes of a pod.</summary>
[Resource("", "v1", "serviceaccounts", Namespaced = true, ShortNames = ["sa"])]
public sealed partial record ServiceAccount : IResource<ServiceAccount>
{
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2), Merge("name"), ListMap("name")]
    public IReadOnlyList<ObjectReference> Secrets { get; init; } = [];

    [Proto(3), ListAtomic]
    public IReadOnlyList<LocalObjectReference> ImagePullSecrets { get; init; } = [];

    [Proto(4)]
    public bool? AutomountServiceAccountToken { get; init; }
}
