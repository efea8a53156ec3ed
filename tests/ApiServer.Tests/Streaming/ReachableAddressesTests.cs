using System.Net;
using System.Net.Sockets;
using Navarch.ApiServer.Streaming;

namespace Navarch.ApiServer.Tests.Streaming;

public sealed class ReachableAddressesTests
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.0.9")]
    [InlineData("0.0.0.0")]
    [InlineData("0.1.2.3")]
    [InlineData("169.254.169.254")]
    [InlineData("169.254.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("100.100.100.200")]
    [InlineData("168.63.129.16")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("fe80::1")]
    [InlineData("fe80::1%1")]
    [InlineData("febf::1")]
    [InlineData("ff02::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("::ffff:0.0.0.0")]
    [InlineData("::127.0.0.1")]
    [InlineData("64:ff9b::a9fe:a9fe")]
    [InlineData("2002:7f00:1::")]
    public void Some_addresses_are_connected_to_for_nobody(string address) => Assert.False(ReachableAddresses.Contains(IPAddress.Parse(address)));

    [Theory]
    [InlineData("10.244.0.7")]
    [InlineData("192.168.1.1")]
    [InlineData("172.16.0.1")]
    [InlineData("100.64.0.1")]
    [InlineData("8.8.8.8")]
    [InlineData("fd00::7")]
    [InlineData("2001:db8::1")]
    [InlineData("::ffff:10.244.0.7")]
    [InlineData("64:ff9b::808:808")]
    public void Nodes_and_pods_have_the_others(string address) => Assert.True(ReachableAddresses.Contains(IPAddress.Parse(address)));

    [Fact]
    public async Task A_name_is_resolved_once_and_what_was_looked_at_is_connected_to()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var resolved = 0;
        var looked = new List<IPAddress>();
        var dialer = new BackendDialer(
            address =>
            {
                looked.Add(address);
                return address.Equals(IPAddress.Loopback);
            },
            (_, _) => Task.FromResult<IPAddress[]>([++resolved == 1 ? IPAddress.Loopback : IPAddress.Parse("169.254.169.254")]),
            TimeProvider.System);

        await using (var connection = await dialer.ConnectAsync("turns.example", port, Ct))
        {
            Assert.Equal(IPAddress.Loopback, ((IPEndPoint)connection.Socket.RemoteEndPoint!).Address.MapToIPv4());
        }

        Assert.Equal((1, IPAddress.Loopback), (resolved, Assert.Single(looked)));
        await Assert.ThrowsAsync<AddressNotAllowedException>(() => dialer.ConnectAsync("turns.example", port, Ct));
        listener.Stop();
    }

    [Fact]
    public async Task A_name_with_one_address_that_is_not_to_be_reached_is_not_reached_at_all()
    {
        var dialer = new BackendDialer(ReachableAddresses.Contains, (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("192.0.2.1"), IPAddress.IPv6Loopback]), TimeProvider.System);

        await Assert.ThrowsAsync<AddressNotAllowedException>(() => dialer.ConnectAsync("both.example", 80, Ct));
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.1")]
    [InlineData("0x7f000001")]
    [InlineData("2130706433")]
    [InlineData("017700000001")]
    [InlineData("[::1]")]
    public async Task Loopback_is_known_in_every_spelling(string host)
    {
        var dialer = new BackendDialer(ReachableAddresses.Contains, TimeProvider.System);

        await Assert.ThrowsAsync<AddressNotAllowedException>(() => dialer.ConnectAsync(host, 80, Ct));
    }
}
