using System.Net;
using Navarch.Api.Meta.V1;
using Navarch.Api.Networking.V1;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Services;

/// <summary>Shows the range that services get their addresses from, as the ServiceCIDR <c>kubernetes</c>.</summary>
internal sealed class ServiceRange(Catalog catalog, ObjectWriter objects, IPNetwork network, TimeProvider time)
{
    private const string Name = "kubernetes";

    public async Task EnsureAsync(CancellationToken ct)
    {
        var kind = catalog.Get<ServiceCIDR>();
        var write = new WriteOptions(UserInfo.Server);
        if (await objects.FindAsync(kind, Name, ct) is null)
        {
            try
            {
                await objects.CreateAsync(kind, "", new ServiceCIDR { Metadata = new ObjectMeta { Name = Name }, Spec = new ServiceCIDRSpec { CIDRs = [network.ToString()] } }, write, ct);
            }
            catch (StatusException e) when (e.Status.Reason == StatusReason.AlreadyExists)
            {
                // Another server of the cluster was faster.
            }
        }

        await objects.UpdateAsync(kind, "", Name, current => Ready((ServiceCIDR)current.Value), UpdateScope.Exact, write, ct);
    }

    private ServiceCIDR Ready(ServiceCIDR value) => value.Status.Conditions.Any(static condition => condition is { Type: "Ready", Status: "True" })
        ? value
        : value with
        {
            Status = value.Status with
            {
                Conditions =
                [
                    .. value.Status.Conditions.Where(static condition => condition.Type != "Ready"),
                    new Condition { Type = "Ready", Status = "True", LastTransitionTime = MetadataRules.WholeSeconds(time.GetUtcNow()), Message = "Kubernetes default Service CIDR is ready" },
                ],
            },
        };
}
