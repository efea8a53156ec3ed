using Navarch.Api;
using Navarch.Api.Core.V1;

namespace Navarch.Machinery.Quotas;

/// <summary>Services count one by one, and use load balancers and ports of nodes.</summary>
internal sealed class ServiceQuotaRule : QuotaRule
{
    public static readonly ServiceQuotaRule Instance = new();

    private static readonly Quantity One = new(1);

    private ServiceQuotaRule()
    {
    }

    public override bool ChangesByUpdate => true;

    public override bool Tracks(string name) => name is "services" or "count/services" or "services.nodeports" or "services.loadbalancers";

    public override bool IsCharged(string operation, string subresource) => subresource.Length == 0;

    public override Map<Quantity> Usage(IResource value, DateTimeOffset now)
    {
        var spec = ((Service)value).Spec;
        Map<Quantity> usage = [new("services", One), new("count/services", One)];
        return spec.Type switch
        {
            ServiceType.NodePort => usage.With("services.nodeports", new Quantity(spec.Ports.Count)),
            ServiceType.LoadBalancer => usage.With("services.loadbalancers", One).With("services.nodeports", new Quantity(
                spec.AllocateLoadBalancerNodePorts == false ? spec.Ports.Count(static port => port.NodePort != 0) : spec.Ports.Count)),
            _ => usage,
        };
    }
}
