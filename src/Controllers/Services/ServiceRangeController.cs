using System.Net;
using Navarch.Api.Meta.V1;
using Navarch.Api.Networking.V1;
using Navarch.Client;
using IPAddress = System.Net.IPAddress;
using Recorded = Navarch.Api.Networking.V1.IPAddress;

namespace Navarch.Controllers;

/// <summary>
/// Keeps ranges of service addresses from being deleted while a service has an address that would then be in no range,
/// and says in their condition <c>Ready</c> whether they can be used.
/// </summary>
public sealed class ServiceRangeController(Informer<ServiceCIDR> ranges, Informer<Recorded> addresses, IClient client, TimeProvider time) : IReconciler
{
    public const string Finalizer = "networking.k8s.io/service-cidr-finalizer";

    private const string Condition = "Ready";
    private const string ManagedByLabel = "ipaddress.kubernetes.io/managed-by";
    private const string Manager = "ipallocator.k8s.io";

    // Until then every API server has seen that nothing may be given out of the range any more.
    private static readonly TimeSpan NoticeTime = TimeSpan.FromSeconds(10);

    public string Name => "service-cidr";

    public IEnumerable<Trigger> Triggers =>
    [
        Trigger.On(ranges, range => [NamespacedName.Of(range), .. Deleted(other => Overlaps(range, other))]),
        Trigger.On(addresses, address => IsManaged(address) && IPAddress.TryParse(address.Metadata.Name, out var ip) ? Deleted(range => Contains(range, ip)) : []),
    ];

    public async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken ct)
    {
        if (!ranges.TryGet(key, out var range))
        {
            return ReconcileResult.Done;
        }

        var isProtected = range.Metadata.Finalizers.Contains(Finalizer);
        if (range.Metadata.DeletionTimestamp is not { } deleted)
        {
            range = isProtected ? range : await client.UpdateAsync(range with { Metadata = range.Metadata with { Finalizers = [.. range.Metadata.Finalizers, Finalizer] } }, ct);
            return await SayAsync(range, new Condition { Type = Condition, Status = "True", Message = "Kubernetes Service CIDR is ready" }, ct);
        }

        if (!isProtected)
        {
            return ReconcileResult.Done;
        }

        if (!MayGo(range, [.. ranges.Snapshot.Items], addresses.Snapshot.Items))
        {
            return await SayAsync(
                range,
                new Condition { Type = Condition, Status = "False", Reason = "Terminating", Message = "There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR" },
                ct);
        }

        var left = deleted + NoticeTime - time.GetUtcNow();
        if (left > TimeSpan.Zero)
        {
            return ReconcileResult.After(left);
        }

        await client.UpdateAsync(range with { Metadata = range.Metadata with { Finalizers = [.. range.Metadata.Finalizers.Where(static name => name != Finalizer)] } }, ct);
        return ReconcileResult.Done;
    }

    /// <summary>Whether every address that services have lies in a range beside this one.</summary>
    internal static bool MayGo(ServiceCIDR range, IReadOnlyList<ServiceCIDR> all, IEnumerable<Recorded> addresses)
    {
        var others = all.Where(other => other.Metadata.Name != range.Metadata.Name).SelectMany(Networks).ToList();
        var bare = Networks(range).Where(network => !others.Exists(other => Contains(other, network))).ToList();
        return bare.Count == 0 || !addresses.Any(address =>
            IsManaged(address) && IPAddress.TryParse(address.Metadata.Name, out var ip) && bare.Exists(network => network.Contains(ip)) && !others.Exists(other => other.Contains(ip)));
    }

    private async Task<ReconcileResult> SayAsync(ServiceCIDR range, Condition wanted, CancellationToken ct)
    {
        var present = range.Status.Conditions.FirstOrDefault(static condition => condition.Type == Condition);
        if (present?.Status == wanted.Status && present.Reason == wanted.Reason && (present.Message == wanted.Message || wanted.Status == "True"))
        {
            return ReconcileResult.Done; // The API server says of the first range in other words that it is ready.
        }

        wanted = wanted with { LastTransitionTime = present?.Status == wanted.Status ? present.LastTransitionTime : time.GetUtcNow() };
        var conditions = range.Status.Conditions.Where(static condition => condition.Type != Condition).Append(wanted);
        await client.UpdateStatusAsync(range with { Status = range.Status with { Conditions = [.. conditions] } }, ct);
        return ReconcileResult.Done;
    }

    // A range that stays does not ask who has what.
    private IEnumerable<NamespacedName> Deleted(Func<ServiceCIDR, bool> concerns) =>
        ranges.Snapshot.Items.Where(range => range.Metadata.DeletionTimestamp is not null && concerns(range)).Select(NamespacedName.Of);

    private static bool IsManaged(Recorded address) => address.Metadata.Labels.Find(ManagedByLabel) == Manager;

    private static IEnumerable<IPNetwork> Networks(ServiceCIDR range) => range.Spec.CIDRs.Where(static cidr => IPNetwork.TryParse(cidr, out _)).Select(IPNetwork.Parse);

    private static bool Contains(ServiceCIDR range, IPAddress address) => Networks(range).Any(network => network.Contains(address));

    private static bool Contains(IPNetwork outer, IPNetwork inner) => outer.PrefixLength <= inner.PrefixLength && outer.Contains(inner.BaseAddress);

    private static bool Overlaps(ServiceCIDR left, ServiceCIDR right) =>
        Networks(left).Any(one => Networks(right).Any(other => Contains(one, other) || Contains(other, one)));
}
