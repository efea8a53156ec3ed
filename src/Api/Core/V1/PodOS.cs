namespace Navarch.Api.Core.V1;

public sealed partial record PodOS : IApiType<PodOS>
{
    /// <summary>linux or windows.</summary>
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";
}
