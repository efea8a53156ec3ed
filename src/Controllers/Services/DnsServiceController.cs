using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Client;

namespace Navarch.Controllers;

/// <summary>
/// Keeps a Service <c>kube-dns</c> at the address where nodes answer DNS themselves, so that nobody else gets the address and
/// everybody finds the server where they look for it. It has no selector: no packet to it leaves the node.
/// </summary>
/// <remarks>Made when missing, and otherwise left as it is: who puts a DNS server of their own behind it, changes it.</remarks>
public sealed class DnsServiceController(Informer<Service> services, Informer<Namespace> namespaces, IClient client, string address) : IReconciler
{
    private const string ServiceName = "kube-dns";
    private const string Namespace = "kube-system";

    private static readonly NamespacedName Key = new(Namespace, ServiceName);

    public string Name => "dns-service";

    public IEnumerable<Trigger> Triggers =>
    [
        Trigger.On(services, static service => NamespacedName.Of(service) == Key ? [Key] : []),
        Trigger.On(namespaces, static found => found.Metadata.Name == Namespace ? [Key] : []),
    ];

    public async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken ct)
    {
        if (services.Find(Key) is not null || namespaces.Find(new("", Namespace)) is null)
        {
            return ReconcileResult.Done;
        }

        try
        {
            await client.CreateAsync(Wanted(), ct);
        }
        catch (ApiException e) when (e.IsAlreadyExists)
        {
        }

        return ReconcileResult.Done;
    }

    private Service Wanted() => new()
    {
        Metadata = new ObjectMeta
        {
            Name = ServiceName,
            Namespace = Namespace,
            Labels = [new("k8s-app", "kube-dns"), new("kubernetes.io/cluster-service", "true"), new("kubernetes.io/name", "CoreDNS")],
        },
        Spec = new ServiceSpec
        {
            Type = ServiceType.ClusterIP,
            ClusterIP = address,
            Ports =
            [
                new ServicePort { Name = "dns", Protocol = Protocol.UDP, Port = 53, TargetPort = 53 },
                new ServicePort { Name = "dns-tcp", Protocol = Protocol.TCP, Port = 53, TargetPort = 53 },
                new ServicePort { Name = "metrics", Protocol = Protocol.TCP, Port = 9153, TargetPort = 9153 },
            ],
        },
    };
}
