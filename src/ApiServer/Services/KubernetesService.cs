using System.Net;
using Microsoft.Extensions.Logging;
using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Api.Discovery.V1;
using Navarch.Api.Meta.V1;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.WatchCache;
using Navarch.Machinery.Errors;
using Navarch.Storage;
using EndpointPort = Navarch.Api.Core.V1.EndpointPort;
using SlicePort = Navarch.Api.Discovery.V1.EndpointPort;

namespace Navarch.ApiServer.Services;

/// <summary>Keeps the service <c>kubernetes</c>, by which pods reach the API, leading to the servers that there are.</summary>
/// <param name="leases">Which servers there are; null where this one is alone.</param>
internal sealed partial class KubernetesService(
    Catalog catalog, ObjectWriter objects, IPAddress clusterIP, IPAddress address, int port, ServerLeases? leases, TimeProvider time, ILogger log)
{
    private const string Name = "kubernetes";
    private const string Namespace = "default";
    private const int TriesMax = 20;

    // Three renewals may fail before the others think that this server is dead.
    private static readonly TimeSpan RenewalPeriod = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan FarewellMax = TimeSpan.FromSeconds(2);

    private static readonly ObjectMeta Metadata = new() { Name = Name, Namespace = Namespace };

    private readonly SemaphoreSlim serversChanged = new(0);

    /// <summary>Keeps the service as it must be, whoever changes it and whichever servers come and go. Ends by cancellation.</summary>
    public Task KeepAsync(CancellationToken ct) => leases is null ? KeepServiceAsync(ct) : Task.WhenAll(KeepServiceAsync(ct), KeepServersAsync(leases, ct));

    /// <summary>Another server's lease has come or gone.</summary>
    public void Notice(StoreEvent change)
    {
        if (change.Key.StartsWith(ServerLeases.Prefix, StringComparison.Ordinal) && (change.Type == StoreEventType.Delete || change.Previous is null)
            && serversChanged.CurrentCount == 0)
        {
            serversChanged.Release();
        }
    }

    private async Task KeepServersAsync(ServerLeases others, CancellationToken ct)
    {
        var renewedAt = time.GetTimestamp();
        while (true)
        {
            await WaitForChangeAsync(RenewalPeriod - time.GetElapsedTime(renewedAt), ct);
            if (ct.IsCancellationRequested)
            {
                break;
            }

            try
            {
                if (time.GetElapsedTime(renewedAt) >= RenewalPeriod)
                {
                    renewedAt = time.GetTimestamp();
                    await others.RenewAsync(ct).WaitAsync(ct);
                }

                await EnsureServersAsync(ct).WaitAsync(ct);
            }
            catch (Exception e) when (e is StatusException or StoreException)
            {
                LogNotKept(e);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                break;
            }
        }

        try
        {
            using var patience = new CancellationTokenSource(FarewellMax, time);
            await others.EndAsync(patience.Token).WaitAsync(patience.Token); // The others see it, and lead nobody here any more.
        }
        catch (Exception e) when (e is StoreException or OperationCanceledException)
        {
            // The lease runs out by itself.
        }
    }

    private async Task WaitForChangeAsync(TimeSpan atMost, CancellationToken ct)
    {
        if (atMost <= TimeSpan.Zero)
        {
            return;
        }

        using var due = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(due.Token, ct);
        try
        {
            await serversChanged.WaitAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            // Time to renew, or to stop.
        }
    }

    private async Task KeepServiceAsync(CancellationToken ct)
    {
        var services = catalog.Get<Service>().Objects;
        var selection = Selection.Parse(services.Kind, Namespace, "", $"metadata.name={Name}");
        while (!ct.IsCancellationRequested)
        {
            var watcher = services.WatchFromNow(selection, out var snapshot);
            using var stop = ct.Register(static w => ((Watcher)w!).End(), watcher);
            try
            {
                if (snapshot.Objects.Find($"{Namespace}/{Name}") is null)
                {
                    await EnsureAsync(ct);
                    continue;
                }

                await watcher.WaitAsync();
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e) when (e is StatusException or StoreException)
            {
                LogNotKept(e);
                await Task.Delay(TimeSpan.FromSeconds(10), time, ct).ContinueWith(static _ => { }, TaskScheduler.Default);
            }
            finally
            {
                services.Unwatch(watcher);
            }
        }
    }

    public async Task EnsureAsync(CancellationToken ct)
    {
        await EnsureAsync(
            new Service
            {
                Metadata = Metadata with { Labels = [new("component", "apiserver"), new("provider", "kubernetes")] },
                Spec = new ServiceSpec
                {
                    Type = ServiceType.ClusterIP,
                    ClusterIP = clusterIP.ToString(),
                    ClusterIPs = [clusterIP.ToString()],
                    SessionAffinity = "None",
                    InternalTrafficPolicy = "Cluster",
                    Ports = [new ServicePort { Name = "https", Protocol = "TCP", Port = 443, TargetPort = port }],
                },
            },
            (present, wanted) => present with { Spec = present.Spec with { Ports = wanted.Spec.Ports } },
            ct);
        if (leases is not null)
        {
            await leases.RenewAsync(ct);
        }

        await EnsureServersAsync(ct);
    }

    private async Task EnsureServersAsync(CancellationToken ct)
    {
        var servers = leases is null ? [address] : await leases.ListAsync(ct);
        servers = [.. servers.Where(static server => !IPAddress.IsLoopback(server))]; // No pod reaches it there, and endpoints on loopback are not valid.
        if (servers.Count == 0)
        {
            return; // Nobody to lead to. Who can write this is about to end, or is about to renew its own lease.
        }

        await EnsureAsync(
            new Endpoints
            {
                Metadata = Metadata with { Labels = [new("endpointslice.kubernetes.io/skip-mirror", "true")] },
                Subsets =
                [
                    new EndpointSubset
                    {
                        Addresses = [.. servers.Select(static server => new EndpointAddress { IP = server.ToString() })],
                        Ports = [new EndpointPort { Name = "https", Port = port, Protocol = "TCP" }],
                    },
                ],
            },
            (present, wanted) => present with { Subsets = wanted.Subsets },
            ct);
        await EnsureAsync(
            new EndpointSlice
            {
                Metadata = Metadata with { Labels = [new("kubernetes.io/service-name", Name)] },
                AddressType = address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? AddressType.IPv4 : AddressType.IPv6,
                Endpoints = [.. servers.Select(static server => new Endpoint { Addresses = [server.ToString()], Conditions = new EndpointConditions { Ready = true } })],
                Ports = [new SlicePort { Name = "https", Protocol = "TCP", Port = port }],
            },
            (present, wanted) => present with { Endpoints = wanted.Endpoints, Ports = wanted.Ports },
            ct);
    }

    private async Task EnsureAsync<T>(T wanted, Func<T, T, T> correct, CancellationToken ct) where T : class, IResource<T>
    {
        var kind = catalog.Get<T>();
        for (var tries = 1; ; tries++)
        {
            try
            {
                await objects.UpdateAsync(kind, Namespace, Name, Correct, UpdateScope.Main, new WriteOptions(UserInfo.Server), ct, absent: () => wanted);
                return;
            }
            catch (StatusException e) when (e.Status.Code is 409 or 422 && tries < TriesMax)
            {
                // Another server of the cluster makes the same at the same time, and has its address already.
                await Task.Delay(RetryDelay, time, ct);
            }
        }

        IResource Correct(StoredObject current) => correct((T)current.Value, wanted);
    }

    [LoggerMessage(LogLevel.Warning, "the service kubernetes could not be put back; trying again")]
    private partial void LogNotKept(Exception cause);
}
