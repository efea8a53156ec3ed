using Microsoft.Extensions.Logging;
using Navarch.Api.Core.V1;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.Services;
using Navarch.Storage;

namespace Navarch.ApiServer.Composition;

/// <summary>What gives services their addresses and node ports, and keeps the objects true that show it.</summary>
internal sealed class ServiceParts
{
    private readonly Catalog catalog;
    private readonly ServiceAllocator allocator;
    private readonly ServiceAddresses recorded;
    private readonly ServiceRange ranges;
    private readonly ServiceClaims? claims;

    public ServiceParts(ApiServerConfig config, Catalog catalog, ObjectStore stored, ObjectWriter objects, IRevisionStore store, TimeProvider time, ILoggerFactory logs)
    {
        this.catalog = catalog;
        allocator = new ServiceAllocator(
            new AddressPool(new Random()), new PortPool(config.NodePortFirst, config.NodePortLast, new Random()), config.ServiceNetwork.BaseAddress.AddressFamily);
        stored.Allocators[catalog.Get<Service>()] = allocator;
        recorded = new ServiceAddresses(catalog, objects, store.IsShared, time, logs.CreateLogger("Navarch.ApiServer.ServiceAddresses"));
        ranges = new ServiceRange(catalog, objects, config.ServiceNetwork, time, logs.CreateLogger("Navarch.ApiServer.ServiceRange"));
        claims = store.IsShared ? new ServiceClaims(store, catalog, recorded, time, logs.CreateLogger("Navarch.ApiServer.ServiceClaims")) : null;
    }

    /// <summary>Learns what is stored. To be called when the cache is loaded and stands still.</summary>
    public void Attach()
    {
        allocator.Attach(catalog.Get<Service>().Objects);
        recorded.Attach(allocator.LearnRecorded);
        ranges.Attach(allocator.LearnRanges);
    }

    public Task EnsureRangesAsync(CancellationToken ct) => ranges.EnsureAsync(ct);

    /// <summary>Makes what a crash left behind true; from then on services are given addresses.</summary>
    public async Task RepairAsync(CancellationToken ct)
    {
        await (claims?.RepairAsync(ct) ?? recorded.RepairAsync(ct));
        (allocator.Objects, allocator.Claims) = (recorded, claims);
    }

    /// <summary>Ends by cancellation.</summary>
    public Task KeepAsync(CancellationToken ct) => Task.WhenAll(recorded.KeepAsync(ct), ranges.KeepAsync(ct), claims?.KeepAsync(ct) ?? Task.CompletedTask);
}
