namespace Navarch.Api.Networking.V1;

public sealed partial record IngressRuleValue : IApiType<IngressRuleValue>
{
    [Proto(1), JsonName("http")]
    public HTTPIngressRuleValue? HTTP { get; init; }
}
