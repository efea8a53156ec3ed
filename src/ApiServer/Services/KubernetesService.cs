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

/// <summary>Keeps the service <c>kubernetes</c>, by which pods reach this server, leading here.</summary>
internal sealed partial class KubernetesService(Catalog catalog, ObjectWriter objects, IPAddress clusterIP, IPAddress address, int port, ILogger log)
{
    private const string Name = "kubernetes";
    private const string Namespace = "default";
    private const int TriesMax = 5;

    private static readonly ObjectMeta Metadata = new() { Name = Name, Namespace = Namespace };

    /// <summary>Puts the service back when somebody deletes it. Ends by cancellation.</summary>
    public async Task KeepAsync(TimeProvider time, CancellationToken ct)
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
        if (IPAddress.IsLoopback(address))
        {
            return; // No pod reaches it there, and endpoints on loopback are not valid.
        }

        await EnsureAsync(
            new Endpoints
            {
                Metadata = Metadata with { Labels = [new("endpointslice.kubernetes.io/skip-mirror", "true")] },
                Subsets =
                [
                    new EndpointSubset
                    {
                        Addresses = [new EndpointAddress { IP = address.ToString() }],
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
                Endpoints = [new Endpoint { Addresses = [address.ToString()], Conditions = new EndpointConditions { Ready = true } }],
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
            }
        }

        IResource Correct(StoredObject current) => correct((T)current.Value, wanted);
    }

    [LoggerMessage(LogLevel.Warning, "the service kubernetes could not be put back; trying again")]
    private partial void LogNotKept(Exception cause);
}
