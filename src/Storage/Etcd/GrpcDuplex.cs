using System.Net;
using System.Threading.Channels;
using Google.Protobuf;

namespace Navarch.Storage.Etcd;

/// <summary>A call in which both sides send messages until one ends it.</summary>
internal sealed class GrpcDuplex : IAsyncDisposable
{
    private readonly GrpcEndpoint endpoint;
    private readonly string method;
    private readonly CancellationTokenSource ended;
    private readonly Channel<byte[]> outgoing = Channel.CreateUnbounded<byte[]>(new() { SingleReader = true });
    private readonly Task<HttpResponseMessage> response;
    private GrpcFrames? frames;

    public GrpcDuplex(GrpcEndpoint endpoint, string method, CancellationToken ct)
    {
        (this.endpoint, this.method) = (endpoint, method);
        ended = CancellationTokenSource.CreateLinkedTokenSource(ct);
        response = endpoint.SendAsync(method, new Outgoing(outgoing.Reader), requireLeader: true, ended.Token);
    }

    /// <summary>Queues a message. One that the other side does not get any more is lost: the call has ended then.</summary>
    public void Send(IMessage message) => outgoing.Writer.TryWrite(GrpcFrames.Encode(message));

    /// <summary>The next message; null when the other side ended the call well.</summary>
    /// <exception cref="EtcdException">The other side ended it with an error, or is out of reach.</exception>
    public async ValueTask<T?> ReadAsync<T>(MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        try
        {
            frames ??= new GrpcFrames(await (await response).Content.ReadAsStreamAsync(ended.Token));
            if (await frames.ReadAsync(parser, ended.Token) is { } message)
            {
                return message;
            }
            GrpcEndpoint.ThrowUnlessOk(method, await response);
            return null;
        }
        catch (Exception e) when (GrpcEndpoint.IsTransport(e))
        {
            throw endpoint.Lost(e);
        }
    }

    /// <summary>Makes the pending read fail.</summary>
    public void Abandon() => ended.Cancel();

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        outgoing.Writer.TryComplete();
        await ((Task)response).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (response.IsCompletedSuccessfully)
        {
            (await response).Dispose();
        }
        frames?.Dispose();
        ended.Dispose();
    }

    /// <summary>A request body that goes on for as long as there are messages.</summary>
    private sealed class Outgoing(ChannelReader<byte[]> messages) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.FlushAsync(cancellationToken); // The call is opened before the first message is there.
            await foreach (var message in messages.ReadAllAsync(cancellationToken))
            {
                await stream.WriteAsync(message, cancellationToken);
                await stream.FlushAsync(cancellationToken);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
