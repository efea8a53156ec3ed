using Navarch.Api.Meta.V1;

namespace Navarch.Api.Storage.V1;

[Resource("storage.k8s.io", "v1", "volumeattributesclasses", Namespaced = false, ShortNames = ["vac"])]
public sealed partial record VolumeAttributesClass : IResource<VolumeAttributesClass>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2), Required, WrittenWhenEmpty]
    public string DriverName { get; init; } = "";

    [Proto(3)]
    public Map<string> Parameters { get; init; } = [];
}
