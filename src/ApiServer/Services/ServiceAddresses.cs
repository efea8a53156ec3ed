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
/// <remarks>
/// Where several servers share a store the object comes first: creating it is what decides whose the address is
/// (<see cref="ServiceClaims"/>). One without a service may then be that of a write under way, and is left alone for as long as a write can take.
/// </remarks>
internal sealed partial class ServiceAddresses(Catalog catalog, ObjectWriter objects, bool isShared, TimeProvider time, ILogger log)
{
    public const string ManagedByLabel = "ipaddress.kubernetes.io/managed-by";
    public const string Manager = "ipallocator.k8s.io";
    private const string FamilyLabel = "ipaddress.kubernetes.io/ip-family";

    /// <summary>Longer than a write is under way; as long as upstream waits before it takes an address back.</summary>
    public static readonly TimeSpan WriteMax = TimeSpan.FromSeconds(60);

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

        addresses.Applying += change =>
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
    public async Task KeepAsync(CancellationToken ct)
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

    /// <summary>Claims an address for a service by creating its object; null where another has it.</summary>
    public async Task<IServiceClaim?> TryClaimAsync(string name, string owner, CancellationToken ct)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                var made = await objects.CreateAsync(catalog.Get<IPAddress>(), "", Recorded(name, owner), new WriteOptions(UserInfo.Server), ct);
                return new AddressClaim(name, made.Value.Metadata.UID);
            }
            catch (StatusException e) when (e.Status.Reason == StatusReason.AlreadyExists)
            {
                // An earlier attempt to make the same service may have left it. Made anew it is not what that attempt would give back.
                if (tries == 2 || FindObject(name) is not { } other || OwnerOf(other) != owner || HeldBy(FindService(owner)).Contains(name))
                {
                    return null;
                }

                await RemoveAsync(other, ct);
            }
        }
    }

    public Task ReleaseAsync(AddressClaim claim) =>
        FindObject(claim.Name) is { } value && value.Metadata.UID == claim.Uid ? RemoveAsync(value, CancellationToken.None) : Task.CompletedTask;

    /// <summary>Gives back the address of a service that does not hold it any more.</summary>
    public Task ReleaseAsync(string name, string owner) =>
        FindObject(name) is { } value && OwnerOf(value) == owner && !HeldBy(FindService(owner)).Contains(name) ? RemoveAsync(value, CancellationToken.None) : Task.CompletedTask;

    private static string? OwnerOf(IPAddress value) =>
        IsManaged(value) && value.Spec.ParentRef is { Resource: "services", Group: "" } parent ? $"{parent.Namespace}/{parent.Name}" : null;

    public static IEnumerable<string> HeldBy(Service? service) =>
        service is null || service.Spec.Type == ServiceType.ExternalName ? [] : service.Spec.ClusterIPs.Where(static ip => ip is not ("" or "None"));

    private async Task<bool> TrySettleAsync(string key, CancellationToken ct)
    {
        try
        {
            var wanted = HeldBy(FindService(key)).ToList();
            var present = names.GetValueOrDefault(key) ?? [];
            foreach (var name in present.Except(wanted))
            {
                if (FindObject(name) is { } value && OwnerOf(value) == key && !MayBeNeeded(value))
                {
                    await RemoveAsync(value, ct);
                }
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
        if (FindObject(name) is { } other)
        {
            // The address was another service's a moment ago, or its object survived a crash.
            if (OwnerOf(other) is not { } owner || owner == key || HeldBy(FindService(owner)).Contains(name) || MayBeNeeded(other))
            {
                return;
            }

            await RemoveAsync(other, ct);
        }

        try
        {
            await objects.CreateAsync(catalog.Get<IPAddress>(), "", Recorded(name, key), new WriteOptions(UserInfo.Server), ct);
        }
        catch (StatusException e) when (e.Status.Reason == StatusReason.AlreadyExists)
        {
            // Two settled the same service at once.
        }
    }

    private static IPAddress Recorded(string name, string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return new IPAddress
        {
            Metadata = new ObjectMeta
            {
                Name = name,
                Labels = [new(FamilyLabel, name.Contains(':', StringComparison.Ordinal) ? "IPv6" : "IPv4"), new(ManagedByLabel, Manager)],
            },
            Spec = new IPAddressSpec { ParentRef = new ParentReference { Resource = "services", Namespace = key[..slash], Name = key[(slash + 1)..] } },
        };
    }

    private bool MayBeNeeded(IPAddress value) => isShared && time.GetUtcNow() - value.Metadata.CreationTimestamp < WriteMax;

    private async Task RemoveAsync(IPAddress value, CancellationToken ct)
    {
        try
        {
            var delete = DeleteOptions.Empty with { Preconditions = new Api.Meta.V1.Preconditions { UID = value.Metadata.UID } };
            await objects.DeleteAsync(catalog.Get<IPAddress>(), "", value.Metadata.Name, delete, new WriteOptions(UserInfo.Server), ct);
        }
        catch (StatusException e) when (e.Status.Reason is StatusReason.NotFound or StatusReason.Conflict)
        {
            // Somebody was faster.
        }
    }

    private IPAddress? FindObject(string name) => (IPAddress?)catalog.Get<IPAddress>().Objects.Current.Objects.Find(name)?.Value;

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
