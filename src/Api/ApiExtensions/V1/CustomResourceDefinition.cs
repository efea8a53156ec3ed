using Navarch.Api.Meta.V1;

namespace Navarch.Api.ApiExtensions.V1;

/// <summary>A kind that users add to the API.</summary>
[Resource("apiextensions.k8s.io", "v1", "customresourcedefinitions", Namespaced = false, ShortNames = ["crd", "crds"], Categories = ["api-extensions"])]
public sealed partial record CustomResourceDefinition : IResource<CustomResourceDefinition>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    /// <summary>The wanted state.</summary>
    [Proto(2), Required]
    public CustomResourceDefinitionSpec Spec { get; init; } = CustomResourceDefinitionSpec.Empty;

    /// <summary>The observed state; written by the cluster, not by users.</summary>
    [Proto(3)]
    public CustomResourceDefinitionStatus Status { get; init; } = CustomResourceDefinitionStatus.Empty;
}

public sealed partial record CustomResourceDefinitionSpec : IApiType<CustomResourceDefinitionSpec>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Group { get; init; } = "";

    /// <summary>How the kind is called in paths, objects and commands.</summary>
    [Proto(3), Required]
    public CustomResourceDefinitionNames Names { get; init; } = CustomResourceDefinitionNames.Empty;

    /// <summary>Namespaced or Cluster.</summary>
    [Proto(4), Required, WrittenWhenEmpty]
    public string Scope { get; init; } = "";

    /// <summary>Versions of the kind; one of them is stored.</summary>
    [Proto(7), Required, WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<CustomResourceDefinitionVersion> Versions { get; init; } = [];

    [Proto(9)]
    public CustomResourceConversion? Conversion { get; init; }

    [Proto(10)]
    public bool PreserveUnknownFields { get; init; }
}

public sealed partial record CustomResourceDefinitionStatus : IApiType<CustomResourceDefinitionStatus>
{
    [Proto(1), WrittenWhenEmpty, ListMap("type")]
    public IReadOnlyList<CustomResourceDefinitionCondition> Conditions { get; init; } = [];

    /// <summary>Names in use; they differ from the wanted ones on a conflict.</summary>
    [Proto(2)]
    public CustomResourceDefinitionNames AcceptedNames { get; init; } = CustomResourceDefinitionNames.Empty;

    /// <summary>Versions that objects were ever stored in.</summary>
    [Proto(3), WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<string> StoredVersions { get; init; } = [];

    [Proto(4)]
    public long ObservedGeneration { get; init; }
}

public sealed partial record CustomResourceDefinitionCondition : IApiType<CustomResourceDefinitionCondition>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Type { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string Status { get; init; } = "";

    [Proto(3), WrittenWhenEmpty]
    public DateTimeOffset? LastTransitionTime { get; init; }

    [Proto(4)]
    public string Reason { get; init; } = "";

    [Proto(5)]
    public string Message { get; init; } = "";

    [Proto(6)]
    public long ObservedGeneration { get; init; }
}

public sealed partial record CustomResourceConversion : IApiType<CustomResourceConversion>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Strategy { get; init; } = "";

    [Proto(2)]
    public WebhookConversion? Webhook { get; init; }
}

public sealed partial record CustomResourceDefinitionNames : IApiType<CustomResourceDefinitionNames>
{
    /// <summary>Name in paths, such as widgets.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Plural { get; init; } = "";

    [Proto(2)]
    public string Singular { get; init; } = "";

    [Proto(3), ListAtomic]
    public IReadOnlyList<string> ShortNames { get; init; } = [];

    [Proto(4), Required, WrittenWhenEmpty]
    public string Kind { get; init; } = "";

    [Proto(5)]
    public string ListKind { get; init; } = "";

    [Proto(6), ListAtomic]
    public IReadOnlyList<string> Categories { get; init; } = [];
}

public sealed partial record CustomResourceDefinitionVersion : IApiType<CustomResourceDefinitionVersion>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    /// <summary>Clients can use the version.</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public bool Served { get; init; }

    /// <summary>Objects are stored in the version; exactly one is.</summary>
    [Proto(3), Required, WrittenWhenEmpty]
    public bool Storage { get; init; }

    [Proto(7)]
    public bool Deprecated { get; init; }

    [Proto(8)]
    public string? DeprecationWarning { get; init; }

    /// <summary>What objects of this version look like.</summary>
    [Proto(4), JsonName("schema")]
    public CustomResourceValidation? Validation { get; init; }

    /// <summary>Paths below an object: status and scale.</summary>
    [Proto(5)]
    public CustomResourceSubresources? Subresources { get; init; }

    /// <summary>Columns that commands show.</summary>
    [Proto(6), ListAtomic]
    public IReadOnlyList<CustomResourceColumnDefinition> AdditionalPrinterColumns { get; init; } = [];

    [Proto(9), ListAtomic]
    public IReadOnlyList<SelectableField> SelectableFields { get; init; } = [];
}

public sealed partial record CustomResourceColumnDefinition : IApiType<CustomResourceColumnDefinition>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string Type { get; init; } = "";

    [Proto(3)]
    public string Format { get; init; } = "";

    [Proto(4)]
    public string Description { get; init; } = "";

    [Proto(5)]
    public int Priority { get; init; }

    [Proto(6), JsonName("jsonPath"), Required, WrittenWhenEmpty]
    public string JSONPath { get; init; } = "";
}

public sealed partial record CustomResourceSubresources : IApiType<CustomResourceSubresources>
{
    [Proto(1)]
    public CustomResourceSubresourceStatus? Status { get; init; }

    [Proto(2)]
    public CustomResourceSubresourceScale? Scale { get; init; }
}

public sealed partial record CustomResourceSubresourceScale : IApiType<CustomResourceSubresourceScale>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string SpecReplicasPath { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string StatusReplicasPath { get; init; } = "";

    [Proto(3)]
    public string? LabelSelectorPath { get; init; }
}

public sealed partial record CustomResourceSubresourceStatus : IApiType<CustomResourceSubresourceStatus>;

public sealed partial record CustomResourceValidation : IApiType<CustomResourceValidation>
{
    [Proto(1)]
    public JSONSchemaProps? OpenAPIV3Schema { get; init; }
}

public sealed partial record SelectableField : IApiType<SelectableField>
{
    [Proto(1), JsonName("jsonPath"), Required, WrittenWhenEmpty]
    public string JSONPath { get; init; } = "";
}
