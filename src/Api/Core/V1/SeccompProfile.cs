namespace Navarch.Api.Core.V1;

public sealed partial record SeccompProfile : IApiType<SeccompProfile>
{
    [Proto(1), Required, WrittenWhenEmpty, OneOf(typeof(SeccompProfileType))]
    public string Type { get; init; } = "";

    [Proto(2)]
    public string? LocalhostProfile { get; init; }
}

/// <summary>The values of a SeccompProfileType.</summary>
public static class SeccompProfileType
{
    public const string Localhost = "Localhost";
    public const string RuntimeDefault = "RuntimeDefault";
    public const string Unconfined = "Unconfined";
}
