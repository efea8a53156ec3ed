using Navarch.Api.Meta.V1;

namespace Navarch.Api.Core.V1;

/// <summary>An identity for the processes of a pod.</summary>
[Resource("", "v1", "serviceaccounts", Namespaced = true, ShortNames = ["sa"])]
public sealed partial record ServiceAccount : IResource<ServiceAccount>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>Secrets with tokens of the account, from before tokens were made on demand.</summary>
    [Proto(2), Merge("name"), ListMap("name")]
    public IReadOnlyList<ObjectReference> Secrets { get; init; } = [];

    /// <summary>Secrets that pods of the account get as imagePullSecrets.</summary>
    [Proto(3), ListAtomic]
    public IReadOnlyList<LocalObjectReference> ImagePullSecrets { get; init; } = [];

    /// <summary>Whether pods of the account get a token mounted, unless they say otherwise.</summary>
    [Proto(4)]
    public bool? AutomountServiceAccountToken { get; init; }
}
