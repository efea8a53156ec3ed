using System.Net.Security;
using System.Net.Sockets;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Authentication;

public sealed class RenewedCertificatesTests
{
    [Fact]
    public async Task A_renewed_certificate_of_the_server_is_shown_to_whoever_connects_next()
    {
        using var other = new TestAuthority();
        var (first, second) = (SslStreamCertificateContext.Create(other.Server(), null, offline: true), SslStreamCertificateContext.Create(other.Server(), null, offline: true));
        var shown = first;
        await using var server = await TestServer.StartAsync(config => config with { ServerCertificate = () => shown });

        Assert.Equal(first.TargetCertificate.SerialNumber, await SerialAsync());
        shown = second;
        Assert.Equal(second.TargetCertificate.SerialNumber, await SerialAsync());

        async Task<string> SerialAsync()
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(server.Host.Address.Host, server.Host.Address.Port, TestContext.Current.CancellationToken);
            await using var tls = new SslStream(socket.GetStream());
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = "localhost", RemoteCertificateValidationCallback = static (_, _, _, _) => true }, TestContext.Current.CancellationToken);
            return tls.RemoteCertificate!.GetSerialNumberString();
        }
    }
}
