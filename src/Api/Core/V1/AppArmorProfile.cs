namespace Navarch.Api.Core.V1;

public sealed partial record AppArmorProfile : IApiType<AppArmorProfile>
{
    [Proto(1), Required, WrittenWhenEmpty, OneOf(typeof(AppArmorProfileType))]
    public string Type { get; init; } = "";

    [Proto(2)]
    public string? LocalhostProfile { get; init; }
}

/// <summary>The values of a AppArmorProfileType.</summary>
public static class AppArmorProfileType
{
    public const string Localhost = "Localhost";
    public const string RuntimeDefault = "RuntimeDefault";
    public const string Unconfined = "Unconfined";
}
