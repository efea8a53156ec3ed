using System.Net;
using System.Net.Sockets;
using Navarch.Dns.Forwarding;
using Navarch.Dns.Messages;
using Navarch.Testing;

namespace Navarch.Dns.Tests;

/// <summary>Names of others: asked for once, kept as long as they say, believed only from who was asked.</summary>
public sealed class ForwardingTests
{
    private const string Name = "www.example.com";

    [Fact(Timeout = 60_000)]
    public async Task An_answer_is_kept_while_it_lives_and_grows_old()
    {
        var time = new FakeTime();
        await using var upstream = new FakeUpstream((request, _) => [SampleAnswer.To(request, SampleAnswer.Address(Name, 60, 192, 0, 2, 1))]);
        await using var server = await TestServer.StartAsync([upstream.Address], time);

        Assert.Equal([$"{Name}. 60 A 192.0.2.1"], (await server.AskAsync("WWW.Example.COM", RecordType.A)).Answers);
        time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal([$"{Name}. 40 A 192.0.2.1"], (await server.AskAsync(Name, RecordType.A)).Answers);
        Assert.Equal(1, upstream.Asked);
        time.Advance(TimeSpan.FromSeconds(40));
        await server.AskAsync(Name, RecordType.A);
        Assert.Equal(2, upstream.Asked);
    }

    [Fact(Timeout = 60_000)]
    public async Task That_there_is_no_such_name_is_kept_for_a_shorter_time()
    {
        var time = new FakeTime();
        await using var upstream = new FakeUpstream((request, _) =>
            [SampleAnswer.To(request, ResponseCode.NoSuchName, [], [SampleAnswer.Start("example.com", 3600, 900)])]);
        await using var server = await TestServer.StartAsync([upstream.Address], time);

        Assert.Equal((int)ResponseCode.NoSuchName, (await server.AskAsync(Name, RecordType.A)).Code);
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.Single((await server.AskAsync(Name, RecordType.A)).Authorities);
        Assert.Equal(1, upstream.Asked);
        time.Advance(TimeSpan.FromSeconds(2));
        await server.AskAsync(Name, RecordType.A);
        Assert.Equal(2, upstream.Asked);
    }

    [Fact(Timeout = 60_000)]
    public async Task One_client_whose_questions_nobody_answers_keeps_out_no_other()
    {
        await using var upstream = new FakeUpstream((request, _) =>
            request.AsSpan().IndexOf("slow"u8) >= 0 ? [] : [SampleAnswer.To(request, SampleAnswer.Address(Name, 60, 192, 0, 2, 1))]);
        await using var server = await TestServer.StartAsync([upstream.Address], new FakeTime());
        await server.AskAsync("first.example.com", RecordType.A);
        using (var flood = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp))
        {
            for (var i = 0; i < 2 * Forwarder.UnderWayMax; i++)
            {
                await flood.SendToAsync(Ask.For($"slow{i}.example.com", RecordType.A), server.Address);
            }

            await Until.TrueAsync(() => upstream.Asked > 100);
        }

        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        other.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0));
        await other.SendToAsync(Ask.For(Name, RecordType.A), server.Address);
        var buffer = new byte[512];
        var received = await other.ReceiveAsync(buffer, TestContext.Current.CancellationToken);

        Assert.Equal(["192.0.2.1"], new Reply(buffer.AsSpan(0, received)).Data);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_server_that_is_silent_is_left_for_the_next()
    {
        var time = new FakeTime();
        await using var silent = new FakeUpstream((_, _) => []);
        await using var upstream = new FakeUpstream((request, _) => [SampleAnswer.To(request, SampleAnswer.Address(Name, 60, 192, 0, 2, 1))]);
        await using var server = await TestServer.StartAsync([silent.Address, upstream.Address], time);

        var reply = server.AskAsync(Name, RecordType.A);
        await Until.TrueAsync(() => silent.Asked == 1);
        time.Advance(TimeSpan.FromSeconds(1.5)); // Once: the other server answers in real time.
        Assert.Equal(["192.0.2.1"], (await reply).Data);
        await server.AskAsync("other.example.com", RecordType.A); // Not with the silent one first, for a while.
        Assert.Equal(1, silent.Asked);
    }

    [Fact(Timeout = 60_000)]
    public async Task When_nobody_answers_the_client_is_told_so()
    {
        var time = new FakeTime();
        await using var silent = new FakeUpstream((_, _) => []);
        await using var server = await TestServer.StartAsync([silent.Address], time);

        var reply = server.AskAsync(Name, RecordType.A);
        await Until.TrueAsync(time, () => reply.IsCompleted);

        Assert.Equal((int)ResponseCode.ServerFailure, (await reply).Code);
    }

    [Fact(Timeout = 60_000)]
    public async Task Answers_with_another_id_or_question_are_not_believed()
    {
        await using var upstream = new FakeUpstream((request, isTcp) =>
        {
            var forged = SampleAnswer.To(request, SampleAnswer.Address(Name, 60, 6, 6, 6, 6));
            forged[0] ^= 1;
            var other = SampleAnswer.To(Ask.For("ads.example.com", RecordType.A, id: (ushort)((request[0] << 8) | request[1])), SampleAnswer.Address(Name, 60, 6, 6, 6, 6));
            return [forged, other, SampleAnswer.To(request, SampleAnswer.Address(Name, 60, 192, 0, 2, 1))];
        });
        await using var server = await TestServer.StartAsync([upstream.Address], new FakeTime());

        Assert.Equal(["192.0.2.1"], (await server.AskAsync(Name, RecordType.A)).Data);
    }

    [Fact(Timeout = 60_000)]
    public async Task Who_guesses_often_moves_the_question_to_tcp()
    {
        await using var upstream = new FakeUpstream((request, isTcp) =>
        {
            var forged = SampleAnswer.To(request, SampleAnswer.Address(Name, 60, 6, 6, 6, 6));
            forged[1] ^= 1;
            return isTcp ? [SampleAnswer.To(request, SampleAnswer.Address(Name, 60, 192, 0, 2, 1))] : Enumerable.Repeat(forged, 20);
        });
        await using var server = await TestServer.StartAsync([upstream.Address], new FakeTime());

        Assert.Equal(["192.0.2.1"], (await server.AskAsync(Name, RecordType.A)).Data);
    }

    [Fact(Timeout = 60_000)]
    public async Task Each_question_has_a_new_id_and_port()
    {
        var ids = new List<int>();
        await using var upstream = new FakeUpstream((request, _) =>
        {
            ids.Add((request[0] << 8) | request[1]);
            return [SampleAnswer.To(request, SampleAnswer.Address(Name, 60, 192, 0, 2, 1))];
        });
        await using var server = await TestServer.StartAsync([upstream.Address], new FakeTime());
        for (var i = 0; i < 20; i++)
        {
            await server.AskAsync($"host-{i}.example.com", RecordType.A);
        }

        Assert.True(ids.Distinct().Count() > 15, string.Join(' ', ids));
        Assert.True(Enumerable.Range(1, 19).Any(i => Math.Abs(ids[i] - ids[i - 1]) > 256), "ids follow each other");
    }

    [Fact(Timeout = 60_000)]
    public async Task What_is_cut_is_asked_for_again_by_tcp_and_cut_for_clients_that_take_less()
    {
        var records = Enumerable.Range(1, 100).Select(i => SampleAnswer.Address(Name, 60, 192, 0, 2, (byte)i)).ToArray();
        await using var upstream = new FakeUpstream((request, isTcp) =>
        {
            var whole = SampleAnswer.To(request, records);
            if (!isTcp)
            {
                whole = whole[..500];
                whole[2] |= Header.IsTruncated >> 8;
            }

            return [whole];
        });
        await using var server = await TestServer.StartAsync([upstream.Address], new FakeTime());

        var plain = await server.AskAsync(Name, RecordType.A);
        var stream = (await server.AskByTcpAsync(Ask.For(Name, RecordType.A)))[0];

        Assert.True(plain.IsTruncated);
        Assert.Empty(plain.Answers);
        Assert.Equal(100, stream.Answers.Count);
    }

    [Fact(Timeout = 60_000)]
    public async Task Who_asks_the_same_waits_for_one_answer_so_a_ring_of_servers_ends()
    {
        var time = new FakeTime();
        TestServer? server = null;
        var back = new List<Task>();
        await using var ring = new FakeUpstream((request, _) =>
        {
            // Forwards to who asks it, as a resolver of the machine would that was told to use the cluster's DNS.
            back.Add(server!.SendAsync(request));
            return [];
        });
        await using (server = await TestServer.StartAsync([ring.Address], time))
        {
            var reply = server.AskAsync(Name, RecordType.A);
            await Until.TrueAsync(time, () => reply.IsCompleted);

            Assert.Equal((int)ResponseCode.ServerFailure, (await reply).Code);
            Assert.InRange(ring.Asked, 1, 3);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task An_external_name_is_followed_to_other_servers()
    {
        await using var upstream = new FakeUpstream((request, _) =>
        [
            SampleAnswer.To(request, SampleAnswer.Record(Name, RecordType.CNAME, 60, WireName.Parse("edge.example.net")), SampleAnswer.Address("edge.example.net", 20, 192, 0, 2, 7)),
        ]);
        await using var server = await TestServer.StartAsync([upstream.Address], new FakeTime(), A.ExternalName("outside", Name));

        var reply = await server.UntilAsync("outside.default.svc.cluster.local", RecordType.A, reply => reply.Answers.Count > 0);

        Assert.Equal(
            ["outside.default.svc.cluster.local. 30 CNAME www.example.com.", "www.example.com. 60 CNAME edge.example.net.", "edge.example.net. 20 A 192.0.2.7"],
            reply.Answers);
    }

    [Fact(Timeout = 60_000)]
    public async Task Nobody_else_is_asked_for_names_of_the_cluster()
    {
        await using var upstream = new FakeUpstream((request, _) => [SampleAnswer.To(request)]);
        await using var server = await TestServer.StartAsync(
            [upstream.Address], new FakeTime(), A.Service("web", "10.96.0.80"), A.ExternalName("astray", "nobody.cluster.local"));
        await server.UntilAsync("web.default.svc.cluster.local", RecordType.A, reply => reply.Answers.Count > 0);

        await server.AskAsync("no.default.svc.cluster.local", RecordType.A);
        await server.AskAsync("secret.cluster.local", RecordType.TXT);
        await server.AskAsync("astray.default.svc.cluster.local", RecordType.A);

        Assert.Equal(0, upstream.Asked);
    }

    [Fact]
    public void Servers_that_change_behind_a_link_are_seen()
    {
        var folder = Directory.CreateTempSubdirectory("dns-servers-");
        try
        {
            var (file, link) = (Path.Combine(folder.FullName, "stub"), Path.Combine(folder.FullName, "resolv.conf"));
            var time = new FakeTime();
            File.WriteAllText(file, "nameserver 192.0.2.1\n");
            File.CreateSymbolicLink(link, file);
            var servers = new HostServers(link, IPAddress.Loopback, time);
            Assert.Equal("192.0.2.1:53", servers.Current.Single().ToString());

            File.WriteAllText(file, "nameserver 192.0.2.2\n");
            File.SetLastWriteTimeUtc(file, new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc));
            time.Advance(TimeSpan.FromSeconds(5));
            Assert.Equal("192.0.2.2:53", servers.Current.Single().ToString());

            File.Delete(file);
            time.Advance(TimeSpan.FromSeconds(5));
            Assert.Single(servers.Current); // What was known goes on being right.
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_memory_of_answers_is_bounded_and_keeps_what_is_asked_for()
    {
        var cache = new AnswerCache(3, new FakeTime());
        var answer = new UpstreamAnswer([1], [], 0, 60);
        foreach (var i in (byte[])[1, 2, 3])
        {
            cache.Keep([i], answer);
        }

        cache.Find([1], out _);
        cache.Keep([4], answer);

        Assert.Equal(3, cache.Count);
        Assert.NotNull(cache.Find([1], out _));
        Assert.Null(cache.Find([2], out _));
    }

    [Fact]
    public void The_servers_are_those_of_the_nodes_configuration_but_never_this_one() => Assert.Equal(
        ["192.0.2.53:53", "[2001:db8::53]:53", "127.0.0.53:53"],
        HostServers.Parse(
            "# by hand\nsearch example.com\nnameserver 10.96.0.10\nnameserver 192.0.2.53 \nnameserver nonsense\n nameserver\t2001:db8::53\nnameserver 127.0.0.53\nnameserver 192.0.2.54",
            IPAddress.Parse("10.96.0.10")).Select(server => server.ToString()));
}
