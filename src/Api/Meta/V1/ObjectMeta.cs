namespace Navarch.Api.Meta.V1;

/// <summary>What every stored object carries: its name, its identity and its labels.</summary>
public sealed partial record ObjectMeta : IApiType<ObjectMeta>
{
    /// <summary>Name, unique for the kind within the namespace. Cannot be changed.</summary>
    [Proto(1)]
    public string Name { get; init; } = "";

    /// <summary>Prefix from which the server makes a unique name when no name is given.</summary>
    [Proto(2)]
    public string GenerateName { get; init; } = "";

    /// <summary>Namespace the object lives in; empty for cluster-wide kinds.</summary>
    [Proto(3)]
    public string Namespace { get; init; } = "";

    /// <summary>Not used any more.</summary>
    [Proto(4)]
    public string SelfLink { get; init; } = "";

    /// <summary>Identity of this object in time: a successor of the same name has another.</summary>
    [Proto(5), JsonName("uid")]
    public string UID { get; init; } = "";

    /// <summary>Opaque version, changed by every write; used to detect conflicting writes and to watch from.</summary>
    [Proto(6)]
    public string ResourceVersion { get; init; } = "";

    /// <summary>Number that grows with every change of the wanted state.</summary>
    [Proto(7)]
    public long Generation { get; init; }

    /// <summary>When the server stored the object first.</summary>
    [Proto(8, Always = true)]
    public DateTimeOffset? CreationTimestamp { get; init; }

    /// <summary>When the object is to be gone; set by a delete that must wait.</summary>
    [Proto(9)]
    public DateTimeOffset? DeletionTimestamp { get; init; }

    /// <summary>Seconds the object has to end; set with deletionTimestamp.</summary>
    [Proto(10)]
    public long? DeletionGracePeriodSeconds { get; init; }

    /// <summary>Keys and values to select the object by.</summary>
    [Proto(11)]
    public Map<string> Labels { get; init; } = [];

    /// <summary>Keys and values that tools attach; not for selecting.</summary>
    [Proto(12)]
    public Map<string> Annotations { get; init; } = [];

    /// <summary>Objects this one belongs to; it is collected when all of them are gone.</summary>
    [Proto(13), Merge("uid"), ListMap("uid")]
    public IReadOnlyList<OwnerReference> OwnerReferences { get; init; } = [];

    /// <summary>Names of the parties that must act before the object is removed.</summary>
    [Proto(14), Merge, ListSet]
    public IReadOnlyList<string> Finalizers { get; init; } = [];

    /// <summary>Which field manager set which fields.</summary>
    [Proto(17), ListAtomic]
    public IReadOnlyList<ManagedFieldsEntry> ManagedFields { get; init; } = [];
}

public sealed partial record ManagedFieldsEntry : IApiType<ManagedFieldsEntry>
{
    [Proto(1)]
    public string Manager { get; init; } = "";

    [Proto(2)]
    public string Operation { get; init; } = "";

    [Proto(3), JsonName("apiVersion")]
    public string APIVersion { get; init; } = "";

    [Proto(4)]
    public DateTimeOffset? Time { get; init; }

    [Proto(6)]
    public string FieldsType { get; init; } = "";

    [Proto(7)]
    public RawExtension? FieldsV1 { get; init; }

    [Proto(8)]
    public string Subresource { get; init; } = "";
}
