using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Client;
using Navarch.Dns.Forwarding;
using Navarch.Dns.Lookup;
using Navarch.Dns.Serving;

namespace Navarch.Dns.Bench;

/// <summary>Our server over services that are simply there.</summary>
internal static class Server
{
    public static string ServiceName(int i) => $"web-{i}";

    public static string AddressOf(int i) => $"10.96.{i / 250}.{1 + (i % 250)}";

    public static Task RunAsync(int port, int services)
    {
        var time = TimeProvider.System;
        var (zone, figures) = (new Zone("cluster.local", 30, time), new DnsFigures());
        for (var i = 0; i < services; i++)
        {
            var service = new Service
            {
                Metadata = new ObjectMeta { Name = ServiceName(i), Namespace = "default" },
                Spec = new ServiceSpec { Type = ServiceType.ClusterIP, ClusterIP = AddressOf(i), Ports = [new ServicePort { Name = "http", Port = 80 }] },
            };
            zone.Set(NamespacedName.Of(service), () => (service, []));
        }

        zone.Complete();
        var forwarder = new Forwarder(static () => [], new AnswerCache(1, time), time, figures, NullLogger.Instance, CancellationToken.None);
        var responder = new Responder(zone, new ZoneAnswers(zone, IPAddress.Loopback, []), forwarder, figures);
        var sockets = ServerSockets.Open(IPAddress.Loopback, port, figuresPort: null);
        return new UdpServer(sockets.Udp, responder, figures, NullLogger.Instance).RunAsync(CancellationToken.None);
    }
}
