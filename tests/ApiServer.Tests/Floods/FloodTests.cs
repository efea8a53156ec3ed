using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Tests.Server;
using Navarch.ApiServer.Tests.Streaming;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Tests.Floods;

/// <summary>Clients that hold what they do not use, or ask faster than anybody can answer: bounded, and others are served.</summary>
public sealed class FloodTests
{
    private const string Maps = "/api/v1/namespaces/default/configmaps";
    private const int PerAddress = 20;

    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Connections_that_say_nothing_make_room_for_those_that_do(bool beginsHandshake)
    {
        await using var server = await StartAsync();
        Assert.Equal(200, (await server.Admin.AskAsync(Maps)).Code);
        await using var known = await KnownAsync(server);
        var idle = new List<TcpClient>();
        for (var i = 0; i < 10 * PerAddress; i++)
        {
            var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", server.Host.Address.Port, Ct);
            if (beginsHandshake)
            {
                await client.GetStream().WriteAsync(new byte[] { 0x16, 0x03, 0x01, 0x00 }, Ct); // The first bytes of a ClientHello.
            }

            idle.Add(client);
        }

        // Those who come now get through, who was known before was not hung up on, and of the others the newest are left.
        for (var i = 0; i < 10; i++)
        {
            using var other = server.ClientOf(server.Authority.Client("admin", "system:masters"));
            Assert.Equal(200, (await other.AskAsync(Maps)).Code);
        }

        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync(known));
        foreach (var client in idle.Take((10 * PerAddress) - PerAddress))
        {
            Assert.Equal(0, await ReadAsync(client));
        }

        idle.ForEach(static client => client.Dispose());
    }

    [Fact]
    public async Task Requests_that_come_a_byte_at_a_time_are_hung_up_on()
    {
        await using var server = await StartAsync(TimeSpan.FromSeconds(4));
        Assert.Equal(200, (await server.Admin.AskAsync(Maps)).Code);
        var slow = new List<SslStream>();
        for (var i = 0; i < PerAddress; i++)
        {
            slow.Add(await StreamingTests.ConnectAsync(server));
        }

        var ends = slow.Select(static async stream =>
        {
            foreach (var letter in Enumerable.Repeat("GET / HTTP/1.1\r\nX-Slow: aaaaaaaaaaaaaaaaaaaa", 1000).SelectMany(static text => text))
            {
                try
                {
                    await stream.WriteAsync(new[] { (byte)letter }, Ct);
                }
                catch (IOException)
                {
                    return true;
                }

                await Task.Delay(50, Ct);
            }

            return false;
        }).ToList();
        Assert.Equal(200, (await server.Admin.AskAsync(Maps)).Code);

        Assert.All(await Task.WhenAll(ends), Assert.True);
        slow.ForEach(static stream => stream.Dispose());
    }

    [Fact]
    public async Task A_body_that_comes_a_byte_at_a_time_is_not_waited_for()
    {
        await using var server = await StartAsync();
        await using var client = await StreamingTests.ConnectAsync(server);
        await StreamingTests.SayAsync(client, $"POST {Maps} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{");
        var answer = FakeKubelet.HeadAsync(client, Ct);
        while (!answer.IsCompleted)
        {
            try
            {
                await StreamingTests.SayAsync(client, " ");
            }
            catch (IOException)
            {
                break;
            }

            await Task.WhenAny(answer, Task.Delay(200, Ct));
        }

        Assert.StartsWith("HTTP/1.1 4", await answer);
        Assert.Equal(200, (await server.Admin.AskAsync(Maps)).Code);
    }

    [Fact]
    public async Task A_body_that_comes_just_fast_enough_has_its_time()
    {
        var time = new SteppedTime(TimeSpan.FromSeconds(25));
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0)); // Who has given up reads no more: nobody must wait for that.
        var http = new DefaultHttpContext();
        http.Features.Set<IRequestBodyPipeFeature>(new Body(pipe.Reader));
        var reading = RequestBody.ReadAsync(http, time).AsTask();
        while (!reading.IsCompleted)
        {
            await pipe.Writer.WriteAsync(new byte[100], Ct);
            await Task.Yield();
        }

        Assert.Equal(504, (await Assert.ThrowsAsync<StatusException>(() => reading)).Status.Code);
    }

    [Fact]
    public async Task Requests_that_are_taken_back_at_once_end_the_connection_and_no_other()
    {
        await using var server = await StartAsync();
        await using var attacker = await RawHttp2.ConnectAsync(server, server.Authority.Client("admin", "system:masters"));
        var sent = 0;
        var end = attacker.EndAsync();
        while (sent < 500_000 && !end.IsCompleted && await attacker.BeginAndResetAsync(Maps, 1 + (2 * sent), 1_000))
        {
            sent += 1_000;
        }

        Assert.True(sent < 500_000, "it was never hung up on");
        await end;
        Assert.Equal(200, (await server.Admin.AskAsync(Maps)).Code);
    }

    [Fact]
    public async Task Nobody_who_is_unknown_asks_twice_on_one_connection_of_HTTP2()
    {
        await using var server = await StartAsync();
        await using var stranger = await RawHttp2.ConnectAsync(server, certificate: null);

        await stranger.BeginAndResetAsync(Maps, 1, 100);

        Assert.True(await stranger.EndAsync());
        Assert.Equal(200, (await server.Admin.AskAsync(Maps)).Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    public async Task Headers_that_do_not_end_are_not_waited_for(string name)
    {
        await using var server = await StartAsync();
        await using var attacker = await RawHttp2.ConnectAsync(server, server.Authority.Client("admin", "system:masters"));
        var block = name.Length == 0 ? [] : RawHttp2.Header(name, new string('x', 100));
        await attacker.BeginEndlessAsync(Maps);
        var end = attacker.EndAsync();
        while (!end.IsCompleted && await attacker.ContinueAsync(block, 100))
        {
            await Task.Delay(1, Ct);
        }

        await end;
        Assert.Equal(200, (await server.Admin.AskAsync(Maps)).Code);
    }

    [Fact]
    public async Task Nobody_takes_all_watches()
    {
        await using var server = await StartAsync();
        var watches = new List<WatchReader>();
        using var greedy = server.ClientOf(server.Authority.Client("greedy", "system:masters"));
        for (var i = 0; i < 10; i++)
        {
            watches.Add(await WatchReader.OpenAsync(greedy, Maps + "?watch=true"));
        }

        var refused = await greedy.AskAsync(Maps + "?watch=true&timeoutSeconds=1");
        Assert.Equal((429, "TooManyRequests"), (refused.Code, refused.Reason));
        Assert.Equal(200, (await greedy.AskAsync(Maps)).Code);
        await using (var others = await WatchReader.OpenAsync(server.Admin, Maps + "?watch=true&timeoutSeconds=1"))
        {
            Assert.Equal(System.Net.HttpStatusCode.OK, others.StatusCode);
        }

        foreach (var watch in watches)
        {
            await watch.DisposeAsync();
        }

        // What was given back can be had again.
        var answer = refused;
        while (answer.Code == 429)
        {
            answer = await greedy.AskAsync(Maps + "?watch=true&timeoutSeconds=1");
        }

        Assert.Equal(200, answer.Code);
    }

    [Fact]
    public async Task What_clients_make_up_becomes_no_label()
    {
        await using var server = await StartAsync();
        await server.Admin.AskAsync("/api/v1/namespaces/default/pods/p/proxy0");
        await server.Admin.SendAsync(new HttpMethod("INVENTED"), "/invented", null);
        await server.Admin.SendAsync(new HttpMethod("INVENTED"), "/api/v1/pods", null);
        await server.Admin.AskAsync("/api/v1/invented");
        await server.Admin.AskAsync("/metrics");
        var before = await SeriesAsync(server);
        for (var i = 0; i < 50; i++)
        {
            await server.Admin.AskAsync($"/api/v1/invented{i}");
            await server.Admin.AskAsync($"/apis/invented{i}/v1/things");
            await server.Admin.AskAsync($"/invented/{i}");
            await server.Admin.AskAsync($"/api/v1/namespaces/invented{i}/pods/p/invented{i}");
            await server.Admin.SendAsync(new HttpMethod($"INVENTED{i}"), "/api/v1/pods", null);
            await server.Admin.SendAsync(new HttpMethod($"INVENTED{i}"), $"/invented{i}", null);
        }

        var after = await SeriesAsync(server);
        Assert.DoesNotContain("nvented", after);
        Assert.InRange(after.Split('\n').Length - before.Split('\n').Length, 0, 150); // A few of 25 lines, for combinations not seen before.
    }

    [Fact]
    public void Connections_leave_room_for_what_the_server_opens_itself()
    {
        Assert.Equal(1024, DescriptorLimit.Read("Limit  Soft Limit  Hard Limit  Units\nMax open files            1024                 1048576              files     \nMax locked memory 8 8 bytes\n"));
        Assert.Equal(int.MaxValue, DescriptorLimit.Read("Max open files            unlimited            unlimited            files"));
        Assert.Equal(int.MaxValue, DescriptorLimit.Read(""));
        Assert.Equal((20_000, 3_584, 512, 256), (
            DescriptorLimit.Connections(20_000, 1_048_576), DescriptorLimit.Connections(20_000, 4_096), DescriptorLimit.Connections(20_000, 1_024), DescriptorLimit.Connections(20_000, 256)));
    }

    /// <param name="headPatience">Null: as long as elsewhere, so that nobody is hung up on because this machine is slow.</param>
    private static Task<TestServer> StartAsync(TimeSpan? headPatience = null)
    {
        var limits = new ServingLimits { Newcomers = 30, NewcomersPerAddress = PerAddress, LongRunningPerUser = 10 };
        return TestServer.StartAsync(config => config with { Limits = limits with { HeadPatience = headPatience ?? limits.HeadPatience } });
    }

    private static async Task<SslStream> KnownAsync(TestServer server)
    {
        var known = await StreamingTests.ConnectAsync(server);
        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync(known));
        return known;
    }

    private static async Task<string> AskAsync(SslStream stream)
    {
        await StreamingTests.SayAsync(stream, $"GET {Maps}?limit=1 HTTP/1.1\r\nHost: x\r\n\r\n");
        return await StreamingTests.AnswerAsync(stream);
    }

    // Zero for a connection that was ended, politely or not.
    private static async Task<int> ReadAsync(TcpClient client)
    {
        try
        {
            return await client.GetStream().ReadAsync(new byte[64], Ct);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static async Task<string> SeriesAsync(TestServer server) =>
        string.Join('\n', (await server.Admin.AskAsync("/metrics")).Text.Split('\n').Where(static line => line.StartsWith("apiserver_request", StringComparison.Ordinal)));

    private sealed class Body(PipeReader reader) : IRequestBodyPipeFeature
    {
        public PipeReader Reader => reader;
    }

    /// <summary>A clock that goes on by a step each time it is looked at.</summary>
    private sealed class SteppedTime(TimeSpan step) : TimeProvider
    {
        private long ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => ticks += step.Ticks;
    }
}
