using Navarch.Dns.Forwarding;
using Navarch.Dns.Lookup;
using Navarch.Dns.Messages;

namespace Navarch.Dns.Serving;

/// <summary>A message that others have to be asked for.</summary>
/// <param name="Key">What they are asked.</param>
/// <param name="Alias">Where the name asked for leads; null when that is what they are asked for.</param>
internal sealed record Waiting(byte[] Request, byte[] Key, byte[]? Alias);

/// <summary>Turns a message of a client into the response, over whatever it came.</summary>
internal sealed class Responder(Zone zone, ZoneAnswers answers, Forwarder forwarder, DnsFigures figures)
{
    // Who asks for everything about a name wants to do harm, or is curious; RFC 8482 tells how to say no.
    private const uint AnyTimeToLive = 3789;

    /// <summary>Writes the response, where it is known here.</summary>
    /// <param name="query">The caller's, to be used again.</param>
    /// <param name="waiting">Set when <see cref="CompleteAsync"/> has to find out.</param>
    /// <returns>Bytes of the response; 0 when there is none, or none yet.</returns>
    public int Respond(ReadOnlySpan<byte> request, Query query, Span<byte> response, bool isTcp, out Waiting? waiting)
    {
        waiting = null;
        figures.CountRequest(isTcp);
        if (query.Read(request) is not { } code)
        {
            figures.CountDropped();
            return 0;
        }

        var writer = new ResponseWriter(response, request, query, BytesMax(query, response, isTcp));
        if (code != ResponseCode.NoError)
        {
            return Finish(ref writer, code);
        }

        if (query.Class != Query.InternetClass || query.Type is RecordType.AXFR or RecordType.IXFR or RecordType.OPT)
        {
            return Finish(ref writer, ResponseCode.Refused);
        }

        var result = answers.Answer(query, ref writer);
        if (result.IsOurs && !zone.IsComplete && (result.Code != ResponseCode.NoError || writer.AnswerCount == 0))
        {
            // It may well exist; a client that hears of no such name does not ask again.
            writer = new ResponseWriter(response, request, query, BytesMax(query, response, isTcp));
            return Finish(ref writer, ResponseCode.ServerFailure);
        }

        if (result is { IsOurs: true, Alias: null })
        {
            return Finish(ref writer, result.Code, isAuthoritative: true);
        }

        if (query.Type == RecordType.ANY)
        {
            if (result.Alias is null)
            {
                writer.Data(Section.Answer, query.Name, RecordType.HINFO, AnyTimeToLive, "\u0007RFC8482\0"u8);
            }

            return Finish(ref writer, ResponseCode.NoError);
        }

        Span<byte> buffer = stackalloc byte[WireName.BytesMax + Forwarder.KeyTailBytes];
        var key = Forwarder.Key(result.Alias ?? query.Name, query, buffer);
        if (forwarder.FindKept(key, out var age) is { } kept)
        {
            return Write(kept, age, result.Alias, request, query, response, isTcp);
        }

        waiting = new Waiting(request.ToArray(), key.ToArray(), result.Alias);
        return 0;
    }

    /// <summary>Asks others, and writes the response.</summary>
    public async Task<int> CompleteAsync(Waiting waiting, Memory<byte> response, bool isTcp)
    {
        var answer = await forwarder.AskAsync(waiting.Key);
        var query = new Query();
        query.Read(waiting.Request);
        if (answer is not null)
        {
            return Write(answer, 0, waiting.Alias, waiting.Request, query, response.Span, isTcp);
        }

        var writer = new ResponseWriter(response.Span, waiting.Request, query, BytesMax(query, response.Span, isTcp));
        return Finish(ref writer, ResponseCode.ServerFailure);
    }

    private int Write(UpstreamAnswer answer, uint age, byte[]? alias, ReadOnlySpan<byte> request, Query query, Span<byte> response, bool isTcp)
    {
        if (alias is null)
        {
            figures.CountResponse(answer.Code);
            return answer.WriteTo(response, request, query, age, BytesMax(query, response, isTcp));
        }

        var writer = new ResponseWriter(response, request, query, BytesMax(query, response, isTcp));
        writer.Name(Section.Answer, query.Name, RecordType.CNAME, zone.TimeToLive, alias);
        FollowedAlias.Write(answer, age, query.Type, ref writer);
        return Finish(ref writer, answer.Code);
    }

    private int Finish(ref ResponseWriter writer, ResponseCode code, bool isAuthoritative = false)
    {
        figures.CountResponse(code);
        return writer.Finish(code, isAuthoritative);
    }

    private static int BytesMax(Query query, ReadOnlySpan<byte> response, bool isTcp) => isTcp ? response.Length : Math.Min(query.UdpBytes, response.Length);
}
