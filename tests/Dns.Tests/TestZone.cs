using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Api.Discovery.V1;
using Navarch.Client;
using Navarch.Dns.Forwarding;
using Navarch.Dns.Lookup;
using Navarch.Dns.Messages;
using Navarch.Dns.Serving;
using Navarch.Testing;

namespace Navarch.Dns.Tests;

/// <summary>A server without sockets that knows the given objects and nobody to ask.</summary>
internal sealed class TestZone
{
    private readonly Responder responder;
    private readonly Zone zone;
    private readonly Dictionary<NamespacedName, Service> services = [];
    private readonly List<EndpointSlice> slices = [];

    public TestZone(params IResource[] objects)
        : this(isComplete: true, objects)
    {
    }

    public TestZone(bool isComplete, params IResource[] objects)
    {
        var (time, figures) = (new FakeTime(), new DnsFigures());
        zone = new Zone("cluster.local", 30, time);
        var forwarder = new Forwarder(static () => [], new AnswerCache(8, time), time, figures, NullLogger.Instance, CancellationToken.None);
        var answers = new ZoneAnswers(zone, IPAddress.Parse("10.96.0.10"), [IPNetwork.Parse("10.96.0.0/15"), IPNetwork.Parse("10.244.0.0/16")]);
        responder = new Responder(zone, answers, forwarder, figures);
        Set(objects);
        if (isComplete)
        {
            zone.Complete();
        }
    }

    public void Set(params IResource[] objects)
    {
        foreach (var item in objects)
        {
            switch (item)
            {
                case Namespace added:
                    zone.Add(added);
                    break;
                case Service service:
                    services[NamespacedName.Of(service)] = service;
                    break;
                case EndpointSlice slice:
                    slices.RemoveAll(other => other.Metadata.Name == slice.Metadata.Name);
                    slices.Add(slice);
                    break;
            }
        }

        foreach (var service in services.Keys)
        {
            Refresh(service);
        }
    }

    public void Delete(Service service)
    {
        services.Remove(NamespacedName.Of(service));
        Refresh(NamespacedName.Of(service));
    }

    public Reply Ask(string name, ushort type, int? edns = null) => Send(Tests.Ask.For(name, type, edns))!;

    /// <summary>Null when the server says nothing, or would ask others.</summary>
    public Reply? Send(ReadOnlySpan<byte> request, bool isTcp = false)
    {
        var response = new byte[isTcp ? ushort.MaxValue : Query.UdpBytesMax];
        var length = responder.Respond(request, new Query(), response, isTcp, out _);
        return length == 0 ? null : new Reply(response.AsSpan(0, length));
    }

    private void Refresh(NamespacedName name) => zone.Set(
        name,
        () => (services.GetValueOrDefault(name), [.. slices.Where(slice => slice.Metadata.Labels["kubernetes.io/service-name"] == name.Name && slice.Metadata.Namespace == name.Namespace)]));
}
