namespace Navarch.Api.Core.V1;

public sealed partial record VolumeMount : IApiType<VolumeMount>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(2)]
    public bool ReadOnly { get; init; }

    [Proto(7)]
    public string? RecursiveReadOnly { get; init; }

    [Proto(3), Required, WrittenWhenEmpty]
    public string MountPath { get; init; } = "";

    [Proto(4)]
    public string SubPath { get; init; } = "";

    [Proto(5), OneOf(typeof(MountPropagationMode))]
    public string? MountPropagation { get; init; }

    [Proto(6)]
    public string SubPathExpr { get; init; } = "";
}

/// <summary>The values of a MountPropagationMode.</summary>
public static class MountPropagationMode
{
    public const string MountPropagationBidirectional = "Bidirectional";
    public const string MountPropagationHostToContainer = "HostToContainer";
    public const string MountPropagationNone = "None";
}
