using System.Net;
using Microsoft.Extensions.Logging;
using Navarch.Api.Meta.V1;
using Navarch.Api.Networking.V1;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Services;

/// <summary>
/// The ranges that services get their addresses from: those of all ServiceCIDR objects that are ready and stay. Keeps the
/// first of them, <c>kubernetes</c>, which says what the server was told.
/// </summary>
internal sealed partial class ServiceRange
{
    private const string Name = "kubernetes";

    // Written by the one feed of the cache.
    private readonly SortedDictionary<string, ServiceCIDR> known = new(StringComparer.Ordinal);
    private readonly Catalog catalog;
    private readonly ObjectWriter objects;
    private readonly IPNetwork network;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly RepairLoop loop;

    public ServiceRange(Catalog catalog, ObjectWriter objects, IPNetwork network, TimeProvider time, ILogger log)
    {
        (this.catalog, this.objects, this.network, this.time, this.log) = (catalog, objects, network, time, log);
        loop = new RepairLoop(EnsureAsync, time, LogNotKept);
    }

    /// <summary>Learns what exists, and from then on every change. To be called when the cache is loaded and stands still.</summary>
    /// <param name="learn">Is told which ranges there are, whenever that changes.</param>
    public void Attach(Action<IReadOnlyList<AddressRange>> learn)
    {
        var ranges = catalog.Get<ServiceCIDR>().Objects;
        ranges.KeepValues();
        for (var walk = ranges.Current.Objects.All(); walk.MoveNext();)
        {
            known[walk.Current.Name] = (ServiceCIDR)walk.Current.Value;
        }

        learn(Open());
        ranges.Applying += change =>
        {
            if (change.Current is { } current)
            {
                known[current.Name] = (ServiceCIDR)current.Value;
            }
            else if (change.Previous is { } previous && known.Remove(previous.Name) && previous.Name == Name)
            {
                loop.Notice();
            }

            learn(Open());
        };
    }

    /// <summary>Makes the first range if it is not there.</summary>
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

    /// <summary>Makes the first range anew when somebody has deleted it. Ends by cancellation.</summary>
    public Task KeepAsync(CancellationToken ct) => loop.KeepAsync(ct);

    // Before the first range is an object, it is what the server was told. What nobody has judged yet is ready: the controller may not run.
    private List<AddressRange> Open()
    {
        var open = known.Values.Where(static range => range.Metadata.DeletionTimestamp is null && range.Status.Conditions.All(static condition => condition is not { Type: "Ready", Status: not "True" }))
            .OrderBy(static range => range.Metadata.Name != Name)
            .SelectMany(static range => range.Spec.CIDRs)
            .Select(static cidr => IPNetwork.TryParse(cidr, out var parsed) ? parsed : default)
            .Where(parsed => parsed != default && parsed.BaseAddress.AddressFamily == network.BaseAddress.AddressFamily);
        return [.. (known.ContainsKey(Name) ? open : open.Prepend(network)).Distinct().Select(static network => new AddressRange(network))];
    }

    private ServiceCIDR Ready(ServiceCIDR value) => value.Metadata.DeletionTimestamp is not null || value.Status.Conditions.Any(static condition => condition is { Type: "Ready", Status: not "Unknown" })
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

    [LoggerMessage(LogLevel.Warning, "the first range of service addresses could not be made anew; trying again")]
    private partial void LogNotKept(Exception cause);
}
