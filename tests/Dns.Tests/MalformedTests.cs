using FsCheck;
using FsCheck.Fluent;
using Navarch.Dns.Forwarding;
using Navarch.Dns.Messages;

namespace Navarch.Dns.Tests;

/// <summary>Whatever comes, the server answers something that clients can read, or nothing; it never throws and never takes long.</summary>
public sealed class MalformedTests
{
    private static readonly TestZone Zone = new(
        A.Namespace("default"), A.Service("web", "10.96.0.80"), A.Service("db"), A.Slice("db", A.Endpoint("10.244.0.5", "db-0")), A.ExternalName("outside", "www.example.com"));

    private static readonly byte[][] Good =
    [
        Ask.For("web.default.svc.cluster.local", RecordType.A, 1232),
        Ask.For("_http._tcp.db.default.svc.cluster.local", RecordType.SRV, 4096),
        Ask.For("outside.default.svc.cluster.local", RecordType.CNAME),
        Ask.For("5.0.244.10.in-addr.arpa", RecordType.PTR, 512),
        Ask.For("www.example.com", RecordType.ANY, 1232),
    ];

    [Fact]
    public void Random_bytes_are_answered_or_ignored() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => IsBearable(bytes)).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void Damaged_questions_are_answered_or_ignored()
    {
        var damage = from message in Gen.Elements(Good)
                     from spots in Gen.ListOf(Gen.Choose(0, message.Length - 1).Zip(Gen.Choose(0, 255)))
                     from length in Gen.Frequency((3, Gen.Constant(message.Length)), (1, Gen.Choose(0, message.Length)))
                     select Damaged(message, spots, length);
        Prop.ForAll(damage.ToArbitrary(), IsBearable).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
    }

    [Fact]
    public void Damaged_answers_of_others_are_read_or_refused()
    {
        var whole = SampleAnswer.Of("www.example.com", RecordType.A, SampleAnswer.Address("www.example.com", 60, 192, 0, 2, 1));
        var question = whole.AsSpan(Header.Bytes, 21).ToArray();
        var damage = from spots in Gen.ListOf(Gen.Choose(2, whole.Length - 1).Zip(Gen.Choose(0, 255)))
                     from length in Gen.Frequency((3, Gen.Constant(whole.Length)), (1, Gen.Choose(0, whole.Length)))
                     select Damaged(whole, spots, length);
        Prop.ForAll(damage.ToArbitrary(), bytes =>
        {
            var answer = UpstreamAnswer.TryRead(bytes, Ask.Id, question);
            if (answer is not null)
            {
                var query = new Query();
                var request = Ask.For("WWW.example.com", RecordType.A, 1232);
                query.Read(request);
                var buffer = new byte[1232];
                Assert.InRange(answer.WriteTo(buffer, request, query, 3, 1232), Header.Bytes, 1232);
                var writer = new ResponseWriter(buffer, request, query, 1232);
                FollowedAlias.Write(answer, 0, RecordType.A, ref writer);
                _ = new Reply(buffer.AsSpan(0, writer.Finish(answer.Code, false)));
            }

            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
    }

    [Theory]
    [InlineData(0xc00c)] // To itself.
    [InlineData(0xc00e)] // Forward.
    [InlineData(0xc000)] // Into the header.
    [InlineData(0x4001)] // A kind of label that never came to be.
    public void A_pointer_in_a_question_is_refused(int pointer)
    {
        byte[] request = [.. Ask.For("", RecordType.A)[..Header.Bytes], (byte)(pointer >> 8), (byte)pointer, 0, 1, 0, 1];

        Assert.Equal((int)ResponseCode.FormatError, Zone.Send(request)!.Code);
    }

    [Fact]
    public void Pointers_that_form_a_ring_end()
    {
        byte[] message = [.. new byte[12], 1, (byte)'a', 0xc0, 16, 0xc0, 12];
        var at = 16;
        Assert.False(WireName.TryRead(message, ref at, new byte[255], out _));
        at = 12;
        Assert.False(WireName.TryRead(message, ref at, new byte[255], out _));
    }

    [Fact]
    public void A_response_is_not_answered()
    {
        var request = Ask.For("web.default.svc.cluster.local", RecordType.A);
        request[2] |= 0x80;

        Assert.Null(Zone.Send(request));
    }

    [Fact]
    public void What_the_server_does_not_do_is_refused()
    {
        var update = Ask.For("web.default.svc.cluster.local", RecordType.A);
        update[2] |= 5 << 3;

        Assert.Equal((int)ResponseCode.NotImplemented, Zone.Send(update)!.Code);
        Assert.Equal((int)ResponseCode.Refused, Zone.Ask("cluster.local", RecordType.AXFR).Code);
        Assert.Equal((int)ResponseCode.Refused, Zone.Send(Ask.For("version.bind", RecordType.TXT, @class: 3))!.Code);
        Assert.Equal((int)ResponseCode.BadVersion, Zone.Send(Ask.For("cluster.local", RecordType.A, 1232, version: 1))!.Code);
    }

    [Fact]
    public void Everything_about_a_name_of_others_is_one_small_record()
    {
        var reply = Zone.Ask("www.example.com", RecordType.ANY, 4096);

        Assert.Equal(["www.example.com. 3789 TYPE13 075246433834383200"], reply.Answers);
    }

    private static bool IsBearable(byte[] request)
    {
        var reply = Zone.Send(request);
        return reply is null || (reply.Length <= Query.UdpBytesMax && (reply.Flags & Header.IsResponse) != 0);
    }

    private static byte[] Damaged(byte[] message, IEnumerable<(int At, int Value)> spots, int length)
    {
        var copy = message.ToArray();
        foreach (var (at, value) in spots)
        {
            copy[at] = (byte)value;
        }

        return copy[..length];
    }
}
