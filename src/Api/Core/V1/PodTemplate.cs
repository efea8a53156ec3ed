using Navarch.Api.Meta.V1;

namespace Navarch.Api.Core.V1;

/// <summary>A stored template for pods.</summary>
[Resource("", "v1", "podtemplates", Namespaced = true)]
public sealed partial record PodTemplate : IResource<PodTemplate>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2)]
    public PodTemplateSpec Template { get; init; } = PodTemplateSpec.Empty;
}

public sealed partial record PodTemplateSpec : IApiType<PodTemplateSpec>
{
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2)]
    public PodSpec Spec { get; init; } = PodSpec.Empty;
}
