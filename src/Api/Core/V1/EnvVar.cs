namespace Navarch.Api.Core.V1;

/// <summary>One environment variable.</summary>
public sealed partial record EnvVar : IApiType<EnvVar>
{
    /// <summary>Name of the variable.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    /// <summary>Its value. $(NAME) stands for a variable defined before it or by a service; $$ for one dollar sign.</summary>
    [Proto(2)]
    public string Value { get; init; } = "";

    /// <summary>Where the value comes from, instead of value.</summary>
    [Proto(3)]
    public EnvVarSource? ValueFrom { get; init; }
}

/// <summary>Source of the value of an environment variable; exactly one is set.</summary>
public sealed partial record EnvVarSource : IApiType<EnvVarSource>
{
    /// <summary>A field of the pod, such as metadata.name, spec.nodeName or status.podIP.</summary>
    [Proto(1)]
    public ObjectFieldSelector? FieldRef { get; init; }

    /// <summary>A request or limit of a container.</summary>
    [Proto(2)]
    public ResourceFieldSelector? ResourceFieldRef { get; init; }

    /// <summary>A key of a ConfigMap.</summary>
    [Proto(3)]
    public ConfigMapKeySelector? ConfigMapKeyRef { get; init; }

    /// <summary>A key of a Secret.</summary>
    [Proto(4)]
    public SecretKeySelector? SecretKeyRef { get; init; }

    /// <summary>A variable in a file of an emptyDir volume.</summary>
    [Proto(5)]
    public FileKeySelector? FileKeyRef { get; init; }
}

/// <summary>One key of a ConfigMap of the pod's namespace.</summary>
[AtomicMap]
public sealed partial record ConfigMapKeySelector : IApiType<ConfigMapKeySelector>
{
    /// <summary>Name of the ConfigMap.</summary>
    [Proto(1, In = [1]), Default("")]
    public string Name { get; init; } = "";

    /// <summary>The key.</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public string Key { get; init; } = "";

    /// <summary>Whether the ConfigMap or its key may be missing; otherwise the container does not start.</summary>
    [Proto(3)]
    public bool? Optional { get; init; }
}

[AtomicMap]
public sealed partial record FileKeySelector : IApiType<FileKeySelector>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string VolumeName { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string Path { get; init; } = "";

    [Proto(3), Required, WrittenWhenEmpty]
    public string Key { get; init; } = "";

    [Proto(4), Default(false)]
    public bool? Optional { get; init; }
}

/// <summary>One key of a Secret of the pod's namespace.</summary>
[AtomicMap]
public sealed partial record SecretKeySelector : IApiType<SecretKeySelector>
{
    /// <summary>Name of the Secret.</summary>
    [Proto(1, In = [1]), Default("")]
    public string Name { get; init; } = "";

    /// <summary>The key.</summary>
    [Proto(2), Required, WrittenWhenEmpty]
    public string Key { get; init; } = "";

    /// <summary>Whether the Secret or its key may be missing; otherwise the container does not start.</summary>
    [Proto(3)]
    public bool? Optional { get; init; }
}
