using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Navarch.Api.Core.V1;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;
using Navarch.Storage;

namespace Navarch.ApiServer.Services;

/// <summary>
/// Keeps several servers from giving one address or node port to two services. What a service is to have is claimed in the
/// store before the service is written: an address by its IPAddress object, a port by a key of its own. Who creates it, has it.
/// </summary>
/// <remarks>
/// A claim belongs to a service's name. It is given back by whoever made the write that gave the thing up, or whose write
/// was not made; what a crash leaves behind is given back by <see cref="KeepAsync"/>, after longer than a write can take.
/// </remarks>
internal sealed partial class ServiceClaims(IRevisionStore store, Catalog catalog, ServiceAddresses addresses, TimeProvider time, ILogger log)
{
    public const string Prefix = "/registry/ranges/servicenodeports/";

    // As often as upstream looks, and three times as often: a port lost to a crash should not be missed for long.
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    // When a claim without a service was seen first. Only the one loop uses it.
    private readonly Dictionary<(string Key, long Revision), long> orphans = [];

    /// <summary>Claims everything, or nothing.</summary>
    /// <param name="elsewhere">Gets what others have.</param>
    /// <returns>The claims; none where one was refused.</returns>
    public async Task<IReadOnlyList<IServiceClaim>> TryClaimAsync(string owner, Taken wanted, Taken elsewhere, CancellationToken ct)
    {
        var made = new List<IServiceClaim>();
        var isRefused = false;
        try
        {
            foreach (var address in wanted.Addresses)
            {
                isRefused |= !await TryAsync(addresses.TryClaimAsync(address.ToString(), owner, ct)) && elsewhere.Addresses.Add(address);
            }

            foreach (var port in wanted.Ports)
            {
                isRefused |= !await TryAsync(TryClaimAsync(port, owner, ct)) && elsewhere.Ports.Add(port);
            }
        }
        catch
        {
            await ReleaseAsync(owner, made);
            throw;
        }

        if (!isRefused)
        {
            return made;
        }

        await ReleaseAsync(owner, made);
        return [];

        async Task<bool> TryAsync(Task<IServiceClaim?> claiming)
        {
            if (await claiming is not { } claim)
            {
                return false;
            }

            made.Add(claim);
            return true;
        }
    }

    /// <summary>Gives back claims for a write that was not made. Does not throw.</summary>
    public async Task ReleaseAsync(string owner, IReadOnlyList<IServiceClaim> claims)
    {
        // Another may have made the same service with the same port meanwhile; the claim is then that one's.
        var service = FindService(owner);
        foreach (var claim in claims)
        {
            switch (claim)
            {
                case AddressClaim address when !ServiceAddresses.HeldBy(service).Contains(address.Name):
                    await QuietlyAsync(address.Name, () => addresses.ReleaseAsync(address));
                    break;
                case PortClaim port when !PortsOf(service).Contains(port.Port):
                    await QuietlyAsync(KeyOf(port.Port), () => store.CommitAsync(StoreWrite.Delete(KeyOf(port.Port), port.Revision), CancellationToken.None));
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Gives back what a service had and has no more. Does not throw: the service is written.</summary>
    public async Task SettleAsync(string owner, Service? before, Service? after, CancellationToken ct)
    {
        foreach (var address in ServiceAddresses.HeldBy(before).Except(ServiceAddresses.HeldBy(after)))
        {
            await QuietlyAsync(address, () => addresses.ReleaseAsync(address, owner));
        }

        foreach (var port in PortsOf(before).Except(PortsOf(after)))
        {
            await QuietlyAsync(KeyOf(port), async () =>
            {
                if (await store.GetAsync(KeyOf(port), ct) is { } claim && OwnerOf(claim) == owner && !PortsOf(FindService(owner)).Contains(port))
                {
                    await store.CommitAsync(StoreWrite.Delete(KeyOf(port), claim.ModRevision), ct);
                }
            });
        }
    }

    /// <summary>Claims what services have and nobody claimed, gives back what was claimed for services that never came. Ends by cancellation.</summary>
    public async Task KeepAsync(CancellationToken ct)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Period, time, ct);
                await RepairAsync(ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    /// <summary>One round of <see cref="KeepAsync"/>; the first must come before anything is given out.</summary>
    public async Task RepairAsync(CancellationToken ct)
    {
        try
        {
            var claims = await store.RangeAsync(Prefix, ct);
            var claimed = claims.Entries.ToDictionary(static entry => entry.Key, StringComparer.Ordinal);
            var held = new HashSet<string>(StringComparer.Ordinal);
            for (var walk = catalog.Get<Service>().Objects.Current.Objects.All(); walk.MoveNext();)
            {
                foreach (var key in PortsOf((Service)walk.Current.Value).Select(KeyOf))
                {
                    held.Add(key);
                    if (!claimed.ContainsKey(key))
                    {
                        await store.CommitAsync(StoreWrite.Create(key, Encoding.UTF8.GetBytes(walk.Current.Key)), ct);
                    }
                }
            }

            foreach (var claim in claimed.Values.Where(claim => !held.Contains(claim.Key)))
            {
                await OutwaitAsync(claim, ct);
            }

            foreach (var gone in orphans.Keys.Where(orphan => held.Contains(orphan.Key) || claimed.GetValueOrDefault(orphan.Key)?.ModRevision != orphan.Revision).ToList())
            {
                orphans.Remove(gone);
            }

            await addresses.RepairAsync(ct);
        }
        catch (StoreException e)
        {
            LogNotRepaired(e);
        }
    }

    // A write may be on its way for which the claim was made. None is for this long.
    private async Task OutwaitAsync(StoredValue claim, CancellationToken ct)
    {
        var seen = (claim.Key, claim.ModRevision);
        if (orphans.TryAdd(seen, time.GetTimestamp()) || time.GetElapsedTime(orphans[seen]) < ServiceAddresses.WriteMax)
        {
            return;
        }

        await store.CommitAsync(StoreWrite.Delete(claim.Key, claim.ModRevision), ct);
        orphans.Remove(seen);
        LogLost(claim.Key, OwnerOf(claim));
    }

    private async Task<IServiceClaim?> TryClaimAsync(int port, string owner, CancellationToken ct)
    {
        var (key, value) = (KeyOf(port), Encoding.UTF8.GetBytes(owner));
        switch (await store.CommitAsync(StoreWrite.Create(key, value), ct))
        {
            case CommitResult.Committed committed:
                return new PortClaim(port, committed.Revision);
            case CommitResult.Conflict { Current: { } other } when OwnerOf(other) == owner:
                // An earlier attempt to make the same service left it. Written again it is not what that attempt would give back.
                return await store.CommitAsync(StoreWrite.Put(key, value, other.ModRevision), ct) is CommitResult.Committed renewed ? new PortClaim(port, renewed.Revision) : null;
            default:
                return null;
        }
    }

    private async Task QuietlyAsync(string what, Func<Task> release)
    {
        try
        {
            await release();
        }
        catch (Exception e) when (e is StoreException or StatusException or ObjectDisposedException)
        {
            LogNotReleased(what, e); // The next repair does it.
        }
    }

    private static IEnumerable<int> PortsOf(Service? service) =>
        service is null ? [] : service.Spec.Ports.Select(static port => port.NodePort).Append(service.Spec.HealthCheckNodePort).Where(static port => port != 0).Distinct();

    private static string KeyOf(int port) => Prefix + port.ToString(CultureInfo.InvariantCulture);

    private static string OwnerOf(StoredValue claim) => Encoding.UTF8.GetString(claim.Value.Span);

    private Service? FindService(string key) => (Service?)catalog.Get<Service>().Objects.Current.Objects.Find(key)?.Value;

    [LoggerMessage(LogLevel.Warning, "the claim of {What} could not be given back; it will be later")]
    private partial void LogNotReleased(string what, Exception cause);

    [LoggerMessage(LogLevel.Warning, "what services hold could not be compared with what is claimed for them; trying again")]
    private partial void LogNotRepaired(Exception cause);

    [LoggerMessage(LogLevel.Information, "{Key} was claimed for service {Owner}, which never came to have it; it is free again")]
    private partial void LogLost(string key, string owner);
}

/// <summary>What one write has claimed: an <see cref="AddressClaim"/> or a <see cref="PortClaim"/>.</summary>
internal interface IServiceClaim;

/// <param name="Uid">That of the IPAddress object.</param>
internal sealed record AddressClaim(string Name, string Uid) : IServiceClaim;

/// <param name="Revision">At which the claim was made.</param>
internal sealed record PortClaim(int Port, long Revision) : IServiceClaim;
