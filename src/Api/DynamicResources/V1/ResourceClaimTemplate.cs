using Navarch.Api.Meta.V1;

namespace Navarch.Api.DynamicResources.V1;

[Resource("resource.k8s.io", "v1", "resourceclaimtemplates", Namespaced = true)]
public sealed partial record ResourceClaimTemplate : IResource<ResourceClaimTemplate>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2), Required]
    public ResourceClaimTemplateSpec Spec { get; init; } = ResourceClaimTemplateSpec.Empty;
}

public sealed partial record ResourceClaimTemplateSpec : IApiType<ResourceClaimTemplateSpec>
{
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2), Required]
    public ResourceClaimSpec Spec { get; init; } = ResourceClaimSpec.Empty;
}
