using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Api.Networking.V1;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;
using Navarch.Storage;
using IPAddress = Navarch.Api.Networking.V1.IPAddress;

namespace Navarch.ApiServer.Services;

/// <summary>
/// Keeps an IPAddress object for every address a service holds, and none besides. Which address is whose is decided by
/// the allocator; the objects show it, and keep others from it. They follow each write of a service before it is
/// answered; what a crash left behind is put right at the start.
/// </summary>
internal sealed partial class ServiceAddresses(Catalog catalog, ObjectWriter objects, ILogger log)
{
    public const string ManagedByLabel = "ipaddress.kubernetes.io/managed-by";
    public const string Manager = "ipallocator.k8s.io";
    private const string FamilyLabel = "ipaddress.kubernetes.io/ip-family";

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(5);

    // By the service's key: the names of its address objects. Written by the one feed of the cache, read by all.
    private readonly ConcurrentDictionary<string, IReadOnlyList<string>> names = new(StringComparer.Ordinal);
    private readonly Channel<string> disturbed = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Whether the object is one of those kept here.</summary>
    public static bool IsManaged(IPAddress value) => value.Metadata.Labels.TryGetValue(ManagedByLabel, out var manager) && manager == Manager;

    /// <summary>Learns which objects exist. To be called when the cache is loaded and stands still.</summary>
    public void Attach(Action<IPAddress?, IPAddress?> learn)
    {
        var addresses = catalog.Get<IPAddress>().Objects;
        addresses.KeepValues();
        for (var walk = addresses.Current.Objects.All(); walk.MoveNext();)
        {
            Learn(null, (IPAddress)walk.Current.Value);
            learn(null, (IPAddress)walk.Current.Value);
        }

        addresses.Applying = change =>
        {
            var (before, after) = ((IPAddress?)change.Previous?.Value, (IPAddress?)change.Current?.Value);
            Learn(before, after);
            learn(before, after);
            if (before is not null && OwnerOf(before) is { } owner)
            {
                disturbed.Writer.TryWrite(owner);
            }
        };
    }

    /// <summary>Makes the objects of all services true.</summary>
    public async Task RepairAsync(CancellationToken ct)
    {
        var keys = names.Keys.ToHashSet(StringComparer.Ordinal);
        for (var walk = catalog.Get<Service>().Objects.Current.Objects.All(); walk.MoveNext();)
        {
            keys.Add(walk.Current.Key);
        }

        foreach (var key in keys)
        {
            await SettleAsync(key, ct);
        }
    }

    /// <summary>Puts back what somebody else took away. Ends by cancellation.</summary>
    public async Task KeepAsync(TimeProvider time, CancellationToken ct)
    {
        try
        {
            await foreach (var key in disturbed.Reader.ReadAllAsync(ct))
            {
                if (!await TrySettleAsync(key, ct))
                {
                    await Task.Delay(RetryDelay, time, ct);
                    disturbed.Writer.TryWrite(key);
                }
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    /// <summary>Makes the objects of one service true. If that cannot be done now it is done later: the service is stored already.</summary>
    public async Task SettleAsync(string key, CancellationToken ct)
    {
        if (!await TrySettleAsync(key, ct))
        {
            disturbed.Writer.TryWrite(key);
        }
    }

    private static string? OwnerOf(IPAddress value) =>
        IsManaged(value) && value.Spec.ParentRef is { Resource: "services", Group: "" } parent ? $"{parent.Namespace}/{parent.Name}" : null;

    private static IEnumerable<string> HeldBy(Service? service) =>
        service is null || service.Spec.Type == ServiceType.ExternalName ? [] : service.Spec.ClusterIPs.Where(static ip => ip is not ("" or "None"));

    private async Task<bool> TrySettleAsync(string key, CancellationToken ct)
    {
        try
        {
            var wanted = HeldBy(FindService(key)).ToList();
            var present = names.GetValueOrDefault(key) ?? [];
            foreach (var name in present.Except(wanted))
            {
                await RemoveAsync(name, key, ct);
            }

            foreach (var name in wanted.Except(present))
            {
                await AddAsync(name, key, ct);
            }

            return true;
        }
        catch (Exception e) when (e is StatusException or StoreException)
        {
            LogNotSettled(key, e);
            return false;
        }
    }

    private async Task AddAsync(string name, string key, CancellationToken ct)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        var wanted = new IPAddress
        {
            Metadata = new ObjectMeta
            {
                Name = name,
                Labels = [new(FamilyLabel, name.Contains(':', StringComparison.Ordinal) ? "IPv6" : "IPv4"), new(ManagedByLabel, Manager)],
            },
            Spec = new IPAddressSpec { ParentRef = new ParentReference { Resource = "services", Namespace = key[..slash], Name = key[(slash + 1)..] } },
        };
        var kind = catalog.Get<IPAddress>();
        if (kind.Objects.Current.Objects.Find(name)?.Value is IPAddress other)
        {
            // The address was another service's a moment ago, or its object survived a crash.
            if (OwnerOf(other) is not { } owner || owner == key || HeldBy(FindService(owner)).Contains(name))
            {
                return;
            }

            await RemoveAsync(name, owner, ct);
        }

        try
        {
            await objects.CreateAsync(kind, "", wanted, new WriteOptions(UserInfo.Server), ct);
        }
        catch (StatusException e) when (e.Status.Reason == StatusReason.AlreadyExists)
        {
            // Two settled the same service at once.
        }
    }

    private async Task RemoveAsync(string name, string owner, CancellationToken ct)
    {
        var kind = catalog.Get<IPAddress>();
        if (kind.Objects.Current.Objects.Find(name) is not { Value: IPAddress value } || OwnerOf(value) != owner)
        {
            return;
        }

        try
        {
            var delete = DeleteOptions.Empty with { Preconditions = new Api.Meta.V1.Preconditions { UID = value.Metadata.UID } };
            await objects.DeleteAsync(kind, "", name, delete, new WriteOptions(UserInfo.Server), ct);
        }
        catch (StatusException e) when (e.Status.Reason is StatusReason.NotFound or StatusReason.Conflict)
        {
            // Somebody was faster.
        }
    }

    private Service? FindService(string key) => (Service?)catalog.Get<Service>().Objects.Current.Objects.Find(key)?.Value;

    private void Learn(IPAddress? before, IPAddress? after)
    {
        if (before is not null && OwnerOf(before) is { } old && names.TryGetValue(old, out var held))
        {
            IReadOnlyList<string> left = [.. held.Where(name => name != before.Metadata.Name)];
            if (left.Count == 0)
            {
                names.TryRemove(old, out _);
            }
            else
            {
                names[old] = left;
            }
        }

        if (after is not null && OwnerOf(after) is { } owner)
        {
            names[owner] = [.. names.GetValueOrDefault(owner) ?? [], after.Metadata.Name];
        }
    }

    [LoggerMessage(LogLevel.Warning, "the addresses of service {Key} could not be recorded; trying again")]
    private partial void LogNotSettled(string key, Exception cause);
}
