namespace Navarch.Api.Core.V1;

public sealed partial record EnvVar : IApiType<EnvVar>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(2)]
    public string Value { get; init; } = "";

    [Proto(3)]
    public EnvVarSource? ValueFrom { get; init; }
}

public sealed partial record EnvVarSource : IApiType<EnvVarSource>
{
    [Proto(1)]
    public ObjectFieldSelector? FieldRef { get; init; }

    [Proto(2)]
    public ResourceFieldSelector? ResourceFieldRef { get; init; }

    [Proto(3)]
    public ConfigMapKeySelector? ConfigMapKeyRef { get; init; }

    [Proto(4)]
    public SecretKeySelector? SecretKeyRef { get; init; }

    [Proto(5)]
    public FileKeySelector? FileKeyRef { get; init; }
}

[AtomicMap]
public sealed partial record ConfigMapKeySelector : IApiType<ConfigMapKeySelector>
{
    [Proto(1, In = [1]), Default("")]
    public string Name { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string Key { get; init; } = "";

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

[AtomicMap]
public sealed partial record SecretKeySelector : IApiType<SecretKeySelector>
{
    [Proto(1, In = [1]), Default("")]
    public string Name { get; init; } = "";

    [Proto(2), Required, WrittenWhenEmpty]
    public string Key { get; init; } = "";

    [Proto(3)]
    public bool? Optional { get; init; }
}
