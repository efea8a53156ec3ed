using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Floods;

/// <summary>Frames of HTTP/2 (RFC 9113) as an ill-behaved client sends them.</summary>
internal sealed class RawHttp2 : IAsyncDisposable
{
    private const byte Headers = 1, Reset = 3, Settings = 4, GoAway = 7, Continuation = 9;
    private const byte EndStream = 1, EndHeaders = 4;

    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private readonly SslStream stream;

    private RawHttp2(SslStream stream) => this.stream = stream;

    public static async Task<RawHttp2> ConnectAsync(TestServer server, X509Certificate2? certificate)
    {
        var tcp = new TcpClient();
        await tcp.ConnectAsync("127.0.0.1", server.Host.Address.Port, Ct);
        var tls = new SslStream(tcp.GetStream(), false, (_, _, _, _) => true, (_, _, _, _, _) => certificate!);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", ApplicationProtocols = [SslApplicationProtocol.Http2] }, Ct);
        var connection = new RawHttp2(tls);
        await tls.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(), Ct);
        await connection.SendAsync([Frame(Settings, 0, 0, [])]);
        return connection;
    }

    /// <summary>Begins requests and takes each back at once.</summary>
    /// <returns>False when the server hung up on that.</returns>
    public Task<bool> BeginAndResetAsync(string path, int firstStream, int count)
    {
        var frames = new List<byte[]>();
        for (var i = 0; i < count; i++)
        {
            frames.Add(Frame(Headers, EndStream | EndHeaders, firstStream + (2 * i), Request(path)));
            frames.Add(Frame(Reset, 0, firstStream + (2 * i), [0, 0, 0, 8])); // CANCEL
        }

        return SendAsync(frames);
    }

    /// <summary>A request whose headers do not end.</summary>
    /// <returns>False when the server hung up on that.</returns>
    public Task<bool> BeginEndlessAsync(string path) => SendAsync([Frame(Headers, EndStream, 1, Request(path))]);

    /// <inheritdoc cref="BeginEndlessAsync"/>
    public Task<bool> ContinueAsync(byte[] block, int count) => SendAsync(Enumerable.Repeat(Frame(Continuation, 0, 1, block), count));

    /// <summary>A header that is not indexed, so that its decoding takes no memory.</summary>
    public static byte[] Header(string name, string value) => [0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];

    /// <summary>Reads until the server hangs up; whether it said goodbye first.</summary>
    public async Task<bool> EndAsync()
    {
        var saidGoodbye = false;
        var head = new byte[9];
        try
        {
            while (true)
            {
                await stream.ReadExactlyAsync(head, Ct);
                saidGoodbye |= head[3] == GoAway;
                await stream.ReadExactlyAsync(new byte[(head[0] << 16) | (head[1] << 8) | head[2]], Ct);
            }
        }
        catch (IOException)
        {
            return saidGoodbye;
        }
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private async Task<bool> SendAsync(IEnumerable<byte[]> frames)
    {
        try
        {
            await stream.WriteAsync(frames.SelectMany(static frame => frame).ToArray(), Ct);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static byte[] Frame(byte type, int flags, int streamId, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        (frame[3], frame[4]) = (type, (byte)flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), streamId);
        payload.CopyTo(frame, 9);
        return frame;
    }

    // GET and https are entries 2 and 7 of the static table (RFC 7541 appendix A); 4 and 1 are the names of path and authority.
    private static byte[] Request(string path) =>
        [0x82, 0x87, 0x04, (byte)path.Length, .. Encoding.ASCII.GetBytes(path), 0x01, 9, .. "localhost"u8];
}
