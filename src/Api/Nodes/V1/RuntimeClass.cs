using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.Api.Nodes.V1;

/// <summary>A way to run containers that a pod can ask for by name.</summary>
[Resource("node.k8s.io", "v1", "runtimeclasses", Namespaced = false)]
public sealed partial record RuntimeClass : IResource<RuntimeClass>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2), Required, WrittenWhenEmpty]
    public string Handler { get; init; } = "";

    [Proto(3)]
    public Overhead? Overhead { get; init; }

    [Proto(4)]
    public Scheduling? Scheduling { get; init; }
}

public sealed partial record Overhead : IApiType<Overhead>
{
    [Proto(1)]
    public Map<Quantity> PodFixed { get; init; } = [];
}

public sealed partial record Scheduling : IApiType<Scheduling>
{
    [Proto(1), AtomicMap]
    public Map<string> NodeSelector { get; init; } = [];

    [Proto(2), ListAtomic]
    public IReadOnlyList<Toleration> Tolerations { get; init; } = [];
}
