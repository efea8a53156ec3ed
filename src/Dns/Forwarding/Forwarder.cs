using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Navarch.Dns.Messages;

namespace Navarch.Dns.Forwarding;

/// <summary>Finds out what others know: from memory, or from the node's own servers, one after another.</summary>
/// <remarks>
/// Whoever asks what is being asked already waits for the same answer. So a server that (mis)configured asks this one back
/// gets no new question out of it: the ring is broken after the time that a question may take, and costs one exchange.
/// </remarks>
/// <param name="servers">Who to ask, as of now.</param>
/// <param name="stop">Ends what is under way.</param>
internal sealed partial class Forwarder(
    Func<IReadOnlyList<IPEndPoint>> servers, AnswerCache cache, TimeProvider time, DnsFigures figures, ILogger log, CancellationToken stop)
{
    /// <summary>Questions that may be with other servers at the same time: each has a socket.</summary>
    public const int UnderWayMax = 512;

    /// <summary>What a question has behind its name, and the one byte that tells how it was asked.</summary>
    public const int KeyTailBytes = 5;

    private const int AttemptsMax = 3;
    private const byte WantsDnssec = 1;
    private const byte ChecksDisabled = 2;

    // Three attempts end before the C library's own patience of 5 seconds does.
    private static readonly TimeSpan AttemptMax = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan AvoidedFor = TimeSpan.FromSeconds(10);

    private readonly Lock guard = new();
    private readonly Dictionary<byte[], Task<UpstreamAnswer?>> underWay = new(WireBytes.Comparer);
    private readonly ConcurrentDictionary<IPEndPoint, long> failedAt = new();

    /// <summary>What an answer is kept under: the question, and how it was asked.</summary>
    /// <param name="buffer">Room for the name and <see cref="KeyTailBytes"/>.</param>
    public static ReadOnlySpan<byte> Key(ReadOnlySpan<byte> name, Query query, Span<byte> buffer)
    {
        name.CopyTo(buffer);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[name.Length..], query.Type);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[(name.Length + 2)..], query.Class);
        buffer[name.Length + 4] = (byte)((query.WantsDnssec ? WantsDnssec : 0) | (query.ChecksDisabled ? ChecksDisabled : 0));
        return buffer[..(name.Length + KeyTailBytes)];
    }

    public UpstreamAnswer? FindKept(ReadOnlySpan<byte> key, out uint age)
    {
        var found = cache.Find(key, out age);
        figures.CountCache(found is not null);
        return found;
    }

    /// <summary>Null when nobody answers, or too much is being asked.</summary>
    public Task<UpstreamAnswer?> AskAsync(byte[] key)
    {
        lock (guard)
        {
            if (underWay.TryGetValue(key, out var running))
            {
                return running;
            }

            if (underWay.Count >= UnderWayMax)
            {
                figures.CountForward(succeeded: false);
                return Task.FromResult<UpstreamAnswer?>(null);
            }

            return underWay[key] = AskServersAsync(key);
        }
    }

    private async Task<UpstreamAnswer?> AskServersAsync(byte[] key)
    {
        await Task.Yield(); // The caller holds the lock.
        UpstreamAnswer? answer = null;
        try
        {
            answer = await AskInTurnAsync(key);
            if (answer is not null)
            {
                cache.Keep(key, answer);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Nobody is left to be told.
        }
        finally
        {
            figures.CountForward(answer is not null);
            lock (guard)
            {
                underWay.Remove(key);
            }
        }

        return answer;
    }

    private async Task<UpstreamAnswer?> AskInTurnAsync(byte[] key)
    {
        var inTurn = InTurn();
        UpstreamAnswer? unhelpful = null;
        for (var attempt = 0; attempt < AttemptsMax && inTurn.Count > 0; attempt++)
        {
            var server = inTurn[attempt % inTurn.Count];
            using var patience = new CancellationTokenSource(AttemptMax, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stop);
            try
            {
                var how = key[^1];
                var answer = await Exchange.AskAsync(
                    server, key.AsMemory(..^1), (how & WantsDnssec) != 0, (how & ChecksDisabled) != 0, either.Token);
                if (answer is { Code: ResponseCode.NoError or ResponseCode.NoSuchName })
                {
                    failedAt.TryRemove(server, out _);
                    return answer;
                }

                unhelpful = answer ?? unhelpful;
            }
            catch (Exception e) when (e is SocketException or IOException || (e is OperationCanceledException && !stop.IsCancellationRequested))
            {
                if (failedAt.TryAdd(server, time.GetTimestamp()))
                {
                    LogNoAnswer(log, server, e is OperationCanceledException ? "no answer in time" : e.Message);
                }
                else
                {
                    failedAt[server] = time.GetTimestamp();
                }
            }
        }

        return unhelpful;
    }

    /// <summary>In the order of the file, those that failed lately behind the others.</summary>
    private IReadOnlyList<IPEndPoint> InTurn() =>
        [.. servers().OrderBy(server => failedAt.TryGetValue(server, out var at) && time.GetElapsedTime(at) < AvoidedFor)];

    [LoggerMessage(Level = LogLevel.Warning, Message = "The name server {Server} of the node's resolver configuration fails: {Cause}")]
    private static partial void LogNoAnswer(ILogger log, IPEndPoint server, string cause);
}
