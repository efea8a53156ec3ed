using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Navarch.Cluster.ControlPlanes;

namespace Navarch.Cluster.Tests.ControlPlanes;

public sealed class BalancerTests : IAsyncLifetime
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<TcpListener> _servers = [];
    private readonly HashSet<Backend> _unwell = [];
    private readonly List<Backend> _backends = [];
    private Balancer _balancer = null!;
    private Task _running = Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        foreach (var name in "ab")
        {
            var server = new TcpListener(IPAddress.Loopback, 0);
            server.Start();
            _servers.Add(server);
            _backends.Add(new Backend((IPEndPoint)server.LocalEndpoint));
            _ = ServeAsync(server, (byte)name);
        }

        _balancer = new Balancer(new IPEndPoint(IPAddress.Loopback, 0), _backends, (backend, _) => Task.FromResult(IsWell(backend)), TimeProvider.System, NullLogger.Instance);
        _running = _balancer.RunAsync(_stop.Token);
        await UntilAsync(() => _backends.All(backend => backend.IsUp));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _running);
        _servers.ForEach(server => server.Stop());
        _stop.Dispose();
    }

    [Fact]
    public async Task Connections_are_spread_and_pass_what_is_said()
    {
        using var one = await ConnectAsync();
        using var two = await ConnectAsync();

        Assert.Equal("ab", string.Concat(new[] { await NameAsync(one), await NameAsync(two) }.Order()));
        Assert.Equal(7, await EchoAsync(one, 7));
    }

    [Fact]
    public async Task Connections_that_come_together_are_spread_evenly()
    {
        var clients = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ConnectAsync()));

        var names = await Task.WhenAll(clients.Select(NameAsync));

        Assert.Equal(10, names.Count(static name => name == "a"));
        Array.ForEach(clients, static client => client.Dispose());
    }

    [Fact]
    public async Task A_client_of_a_server_that_is_not_well_is_disconnected_and_led_to_one_that_is()
    {
        using var client = await ConnectAsync();
        var name = await NameAsync(client);
        SetWell(_backends[name == "a" ? 0 : 1], false);

        Assert.True(await IsBrokenAsync(client));
        for (var i = 0; i < 4; i++)
        {
            using var again = await ConnectAsync();
            Assert.NotEqual(name, await NameAsync(again));
        }
    }

    [Fact]
    public async Task Where_no_server_is_well_nobody_is_disconnected()
    {
        using var client = await ConnectAsync();
        await NameAsync(client);
        _backends.ForEach(backend => SetWell(backend, false));
        await UntilAsync(() => _backends.TrueForAll(backend => !backend.IsUp));

        Assert.Equal(9, await EchoAsync(client, 9));
        using var other = await ConnectAsync();
        Assert.NotEqual("", await NameAsync(other));
    }

    [Fact]
    public async Task A_server_that_is_gone_is_passed_over_before_any_check_has_seen_it()
    {
        _servers[0].Stop();

        using var one = await ConnectAsync();
        using var two = await ConnectAsync();

        Assert.Equal(("b", "b"), (await NameAsync(one), await NameAsync(two)));
    }

    [Fact]
    public async Task What_a_server_said_before_it_hung_up_arrives()
    {
        using var client = await ConnectAsync();
        await NameAsync(client);
        client.Shutdown(SocketShutdown.Send);

        var all = new List<byte>();
        var buffer = new byte[64 << 10];
        while (await client.ReceiveAsync(buffer) is > 0 and var count)
        {
            all.AddRange(buffer.AsSpan(0, count));
        }

        Assert.Equal(1 << 20, all.Count); // Each server's farewell.
    }

    private async Task<Socket> ConnectAsync()
    {
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(IPAddress.Loopback, _balancer.Port);
        return client;
    }

    // A server says its name, then what it is told, and much at the end.
    private static async Task ServeAsync(TcpListener server, byte name)
    {
        try
        {
            while (true)
            {
                var client = await server.AcceptSocketAsync();
                _ = AnswerAsync(client, name);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private static async Task AnswerAsync(Socket client, byte name)
    {
        using (client)
        {
            try
            {
                await client.SendAsync(new[] { name });
                var buffer = new byte[16];
                while (await client.ReceiveAsync(buffer) is > 0 and var count)
                {
                    await client.SendAsync(buffer.AsMemory(0, count));
                }

                await client.SendAsync(new byte[1 << 20]);
            }
            catch (SocketException)
            {
                // Cut.
            }
        }
    }

    private static async Task<string> NameAsync(Socket client)
    {
        var buffer = new byte[1];
        return await client.ReceiveAsync(buffer) == 1 ? ((char)buffer[0]).ToString() : "";
    }

    private static async Task<int> EchoAsync(Socket client, byte value)
    {
        await client.SendAsync(new[] { value });
        var buffer = new byte[1];
        return await client.ReceiveAsync(buffer) == 1 ? buffer[0] : -1;
    }

    private static async Task<bool> IsBrokenAsync(Socket client)
    {
        try
        {
            return await client.ReceiveAsync(new byte[1]) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private bool IsWell(Backend backend)
    {
        lock (_unwell)
        {
            return !_unwell.Contains(backend);
        }
    }

    private void SetWell(Backend backend, bool isWell)
    {
        lock (_unwell)
        {
            _ = isWell ? _unwell.Remove(backend) : _unwell.Add(backend);
        }
    }

    private static async Task UntilAsync(Func<bool> isTrue)
    {
        while (!isTrue())
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
