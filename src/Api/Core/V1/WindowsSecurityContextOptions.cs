namespace Navarch.Api.Core.V1;

public sealed partial record WindowsSecurityContextOptions : IApiType<WindowsSecurityContextOptions>
{
    [Proto(1), JsonName("gmsaCredentialSpecName")]
    public string? GMSACredentialSpecName { get; init; }

    [Proto(2), JsonName("gmsaCredentialSpec")]
    public string? GMSACredentialSpec { get; init; }

    [Proto(3)]
    public string? RunAsUserName { get; init; }

    [Proto(4)]
    public bool? HostProcess { get; init; }
}
