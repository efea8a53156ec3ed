using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Navarch.Api.Core.V1;
using Navarch.Api.Discovery.V1;
using Navarch.Client;
using Navarch.Dns.Forwarding;
using Navarch.Dns.Lookup;
using Navarch.Dns.Serving;

namespace Navarch.Dns;

/// <summary>The DNS server of a node as a part of a process: what it is made of.</summary>
public static partial class DnsProcess
{
    private const string ServiceIndex = "service";
    private const string ServiceNameLabel = "kubernetes.io/service-name";
    private const int KeptMax = 4096;

    /// <summary>Runs until cancelled.</summary>
    public static Task RunAsync(DnsConfig config, IClient client, ILoggerFactory logs, TimeProvider time, Random random, CancellationToken ct)
    {
        var servers = new HostServers(config.ResolvConf, config.Address, time);
        return RunAsync(config, () => servers.Current, static _ => { }, client, logs, time, random, ct);
    }

    /// <param name="servers">Who knows the names of others.</param>
    /// <param name="listening">Told where it listens, for who lets it choose the ports.</param>
    internal static async Task RunAsync(
        DnsConfig config, Func<IReadOnlyList<IPEndPoint>> servers, Action<ServerSockets> listening,
        IClient client, ILoggerFactory logs, TimeProvider time, Random random, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var log = logs.CreateLogger("dns");
        using var sockets = await OpenAsync(config, log, time, random, ct);
        listening(sockets);

        var informers = new InformerFactory(client, time, logs, random);
        var zone = new Zone(config.ClusterDomain, config.TimeToLive, time);
        var (figures, cache) = (new DnsFigures(), new AnswerCache(KeptMax, time));
        var forwarder = new Forwarder(servers, cache, time, figures, log, stop.Token);
        var responder = new Responder(zone, new ZoneAnswers(zone, config.Address, config.ClusterNetworks), forwarder, figures);
        List<Task> parts =
        [
            new UdpServer(sockets.Udp, responder, figures, log).RunAsync(stop.Token),
            new TcpServer(sockets.Tcp, responder, figures, time, log).RunAsync(stop.Token),
            FollowAsync(zone, informers, log, stop.Token),
            informers.RunAsync(stop.Token),
        ];
        if (sockets.Figures is { } listener)
        {
            parts.Add(new FiguresServer(listener, () => figures.Text(zone.ServiceCount, cache.Count), () => zone.IsComplete, time).RunAsync(stop.Token));
        }

        await Task.WhenAny(parts); // None ends before the others, but by a bug, which is then thrown.
        await stop.CancelAsync();
        await Task.WhenAll(parts);
    }

    // Whoever has the port, a resolver of the machine perhaps, may leave it: pods wait for that rather than for ever.
    private static async Task<ServerSockets> OpenAsync(DnsConfig config, ILogger log, TimeProvider time, Random random, CancellationToken ct)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(10), random);
        while (true)
        {
            try
            {
                return ServerSockets.Open(config.Address, config.Port, config.MetricsPort);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AddressNotAvailable)
            {
                LogNoPort(log, config.Address, config.Port, e.Message);
                await Task.Delay(backoff.Next(), time, ct);
            }
        }
    }

    private static async Task FollowAsync(Zone zone, InformerFactory informers, ILogger log, CancellationToken ct)
    {
        var (services, slices, namespaces) = (informers.Get<Service>(), informers.Get<EndpointSlice>(), informers.Get<Namespace>());
        slices.AddIndex(ServiceIndex, static slice => ServiceOf(slice) is { } service ? [service.ToString()] : []);
        namespaces.Subscribe((before, after) =>
        {
            if (after is not null)
            {
                zone.Add(after);
            }
            else
            {
                zone.Remove(before!);
            }
        });
        services.Subscribe((before, after) => Set(NamespacedName.Of((after ?? before)!)));
        slices.Subscribe((before, after) =>
        {
            var (former, present) = (ServiceOf(before), ServiceOf(after));
            Set(former);
            if (present != former)
            {
                Set(present);
            }
        });
        await informers.WaitForSyncAsync(ct);
        zone.Complete();
        LogComplete(log, zone.ServiceCount);
        await Task.Delay(Timeout.Infinite, ct);

        void Set(NamespacedName? name)
        {
            if (name is { } service)
            {
                zone.Set(service, () => (services.Find(service), slices.By(ServiceIndex, service.ToString())));
            }
        }
    }

    private static NamespacedName? ServiceOf(EndpointSlice? slice) =>
        slice is not null && slice.Metadata.Labels.TryGetValue(ServiceNameLabel, out var name) ? new NamespacedName(slice.Metadata.Namespace, name) : null;

    [LoggerMessage(Level = LogLevel.Warning, Message = "Cannot answer at {Address}:{Port} yet: {Cause}")]
    private static partial void LogNoPort(ILogger log, IPAddress address, int port, string cause);

    [LoggerMessage(Level = LogLevel.Information, Message = "DNS answers for {Services} services")]
    private static partial void LogComplete(ILogger log, int services);
}
