using System.Buffers.Binary;
using System.Net.Sockets;
using Navarch.Network.Netlink;

namespace Navarch.Network.Services.Kernel;

/// <summary>Makes the kernel forget UDP flows to backends that no longer take them, so that their next packet is routed anew.</summary>
internal sealed class UdpFlows(NetlinkSocket socket, AddressFamily family)
{
    private const ushort Subsystem = 1; // NFNL_SUBSYS_CTNETLINK
    private const ushort Get = 1;
    private const ushort Delete = 2;

    private const ushort TupleOriginal = 1;
    private const ushort TupleReply = 2;
    private const ushort Zone = 18;

    /// <summary>Deletes every flow of the given frontends that goes to none of their allowed backends.</summary>
    public void ForgetWrong(IReadOnlyCollection<UdpFrontend> frontends)
    {
        if (frontends.Count == 0)
        {
            return;
        }
        var byFrontend = frontends.ToDictionary(one => one.Frontend);
        var wrong = new List<(byte[] Original, byte[] Zone)>();
        socket.Dump(DumpRequest(), "conntrack: list flows", (_, body) =>
        {
            if (body.Length > 4 && IsWrong(body[4..], byFrontend))
            {
                wrong.Add((
                    NetlinkAttributes.Find(body[4..], TupleOriginal).ToArray(), NetlinkAttributes.Find(body[4..], Zone).ToArray()));
            }
        });
        foreach (var (original, zone) in wrong)
        {
            Forget(original, zone);
        }
    }

    private static bool IsWrong(ReadOnlySpan<byte> flow, Dictionary<Frontend, UdpFrontend> frontends)
    {
        if (!FlowEnds.TryRead(NetlinkAttributes.Find(flow, TupleOriginal), out var original) || original.Protocol != (byte)Transport.Udp
            || !FlowEnds.TryRead(NetlinkAttributes.Find(flow, TupleReply), out var reply))
        {
            return false;
        }
        var exact = new Frontend(original.Destination, Transport.Udp, original.DestinationPort);
        if (!frontends.TryGetValue(exact, out var frontend)
            && !frontends.TryGetValue(exact with { Address = Address.None }, out frontend))
        {
            return false;
        }
        var isTranslated = reply.Source != original.Destination || reply.SourcePort != original.DestinationPort;
        return (isTranslated || frontend.AndUntranslated) && !frontend.Allowed.Contains((reply.Source, reply.SourcePort));
    }

    private void Forget(byte[] original, byte[] zone)
    {
        var request = new NetlinkWriter();
        request.Begin((Subsystem << 8) | Delete, NetlinkWriter.Request | NetlinkWriter.Acknowledge, socket.NextSequence());
        request.Raw([Family, 0, 0, 0]);
        var nested = request.BeginNested(TupleOriginal);
        request.Raw(original);
        request.EndNested(nested);
        if (zone.Length > 0)
        {
            request.Attribute(Zone, zone);
        }
        request.End();
        try
        {
            socket.Execute(request, "conntrack: delete a flow");
        }
        catch (NetlinkException e) when (e.Error == NetlinkException.NoEntry)
        {
            // It ended by itself.
        }
    }

    private NetlinkWriter DumpRequest()
    {
        var request = new NetlinkWriter();
        request.Begin((Subsystem << 8) | Get, NetlinkWriter.Request | NetlinkWriter.Dump, socket.NextSequence());
        request.Raw([Family, 0, 0, 0]);
        request.End();
        return request;
    }

    private byte Family => (byte)(family == AddressFamily.InterNetwork ? 2 : 10);

    /// <summary>One direction of a flow, as conntrack describes it.</summary>
    private readonly record struct FlowEnds(byte Protocol, Address Source, ushort SourcePort, Address Destination, ushort DestinationPort)
    {
        public static bool TryRead(ReadOnlySpan<byte> tuple, out FlowEnds ends)
        {
            var ip = NetlinkAttributes.Find(tuple, 1);
            var transport = NetlinkAttributes.Find(tuple, 2);
            var number = NetlinkAttributes.Find(transport, 1);
            var sourcePort = NetlinkAttributes.Find(transport, 2);
            var destinationPort = NetlinkAttributes.Find(transport, 3);
            var source = NetlinkAttributes.Find(ip, 1);
            var destination = NetlinkAttributes.Find(ip, 2);
            if (source.IsEmpty)
            {
                source = NetlinkAttributes.Find(ip, 3);
                destination = NetlinkAttributes.Find(ip, 4);
            }
            ends = default;
            if (number.Length < 1 || sourcePort.Length < 2 || destinationPort.Length < 2
                || source.Length is not (4 or 16) || destination.Length != source.Length)
            {
                return false;
            }
            ends = new(
                number[0],
                Address.From(new System.Net.IPAddress(source)), BinaryPrimitives.ReadUInt16BigEndian(sourcePort),
                Address.From(new System.Net.IPAddress(destination)), BinaryPrimitives.ReadUInt16BigEndian(destinationPort));
            return true;
        }
    }
}
