using System.Net.Sockets;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Dns.Messages;
using Navarch.Testing;

namespace Navarch.Dns.Tests;

/// <summary>The server over sockets, following a cluster.</summary>
public sealed class ServerTests
{
    private const string Web = "web.default.svc.cluster.local";

    [Fact(Timeout = 60_000)]
    public async Task Answers_follow_the_cluster()
    {
        await using var server = await TestServer.StartAsync([], TimeProvider.System, A.Namespace("default"), A.Service("web", "10.96.0.80"));
        await server.UntilAsync(Web, RecordType.A, reply => reply.Data is ["10.96.0.80"]);

        await server.Cluster.CreateAsync(A.Slice("db", A.Endpoint("10.244.0.5")), CancellationToken.None);
        await server.Cluster.CreateAsync(A.Service("db"), CancellationToken.None);
        await server.UntilAsync("db.default.svc.cluster.local", RecordType.A, reply => reply.Data is ["10.244.0.5"]);
        await server.Cluster.UpdateAsync(A.Slice("db", A.Endpoint("10.244.0.6")), CancellationToken.None);
        await server.UntilAsync("db.default.svc.cluster.local", RecordType.A, reply => reply.Data is ["10.244.0.6"]);
        await server.UntilAsync("5.0.244.10.in-addr.arpa", RecordType.PTR, reply => reply.Code == (int)ResponseCode.ServerFailure); // Nobody to ask.
        await server.Cluster.DeleteAsync<Service>(new("default", "web"), DeleteOptions.Empty, CancellationToken.None);
        await server.UntilAsync(Web, RecordType.A, reply => reply.Code == (int)ResponseCode.NoSuchName);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_connection_takes_several_questions()
    {
        await using var server = await TestServer.StartAsync([], TimeProvider.System, A.Service("web", "10.96.0.80"));
        await server.UntilAsync(Web, RecordType.A, reply => reply.Data is ["10.96.0.80"]);

        var replies = await server.AskByTcpAsync(Ask.For(Web, RecordType.A, id: 1), Ask.For(Web, RecordType.AAAA, id: 2), Ask.For(Web, RecordType.A, id: 3));

        Assert.Equal([1, 2, 3], replies.Select(reply => (int)reply.Id));
        Assert.Equal([1, 0, 1], replies.Select(reply => reply.Answers.Count));
    }

    [Fact(Timeout = 60_000)]
    public async Task Connections_that_say_nothing_are_closed_and_few_of_one_client_are_kept()
    {
        var time = new FakeTime();
        await using var server = await TestServer.StartAsync([], time);
        var clients = new List<TcpClient>();
        for (var i = 0; i < 40; i++)
        {
            var client = new TcpClient();
            clients.Add(client);
            await client.ConnectAsync(server.Address, TestContext.Current.CancellationToken);
        }

        var ends = clients.Select(client => client.GetStream().ReadAsync(new byte[1]).AsTask()).ToList();
        await Until.TrueAsync(() => ends.Count(IsEnded) == 8, "those beyond a client's share to be closed");
        await Until.TrueAsync(time, () => ends.All(IsEnded), "the idle ones to be closed");
        clients.ForEach(static client => client.Dispose());

        static bool IsEnded(Task<int> end) => end.IsCompleted;
    }

    [Fact(Timeout = 60_000)]
    public async Task Figures_tell_what_happened()
    {
        await using var server = await TestServer.StartAsync([], TimeProvider.System, A.Service("web", "10.96.0.80"));
        await server.UntilAsync(Web, RecordType.A, reply => reply.Data is ["10.96.0.80"]);
        using var http = new HttpClient();

        var text = await http.GetStringAsync($"http://{server.Figures}/metrics", TestContext.Current.CancellationToken);

        Assert.Contains("navarch_dns_services 1\n", text, StringComparison.Ordinal);
        Assert.Contains("navarch_dns_responses_total{rcode=\"NOERROR\"}", text, StringComparison.Ordinal);
        Assert.Equal("ok", await http.GetStringAsync($"http://{server.Figures}/readyz", TestContext.Current.CancellationToken));
        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await http.GetAsync($"http://{server.Figures}/debug", TestContext.Current.CancellationToken)).StatusCode);
    }
}
