using System.Globalization;
using System.Text;
using Navarch.Dns.Messages;

namespace Navarch.Dns;

/// <summary>What is counted, and how it is told: the text format of Prometheus. No figure has a name or an address in it.</summary>
internal sealed class DnsFigures
{
    private static readonly string[] Codes = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"];

    private readonly long[] responses = new long[Codes.Length + 1];
    private long udp;
    private long tcp;
    private long dropped;
    private long cacheHits;
    private long cacheMisses;
    private long forwarded;
    private long forwardFailures;

    public void CountRequest(bool isTcp) => Interlocked.Increment(ref isTcp ? ref tcp : ref udp);

    /// <summary>What was no query, or came when there was no room.</summary>
    public void CountDropped() => Interlocked.Increment(ref dropped);

    public void CountResponse(ResponseCode code) => Interlocked.Increment(ref responses[Math.Min((int)code, Codes.Length)]);

    public void CountCache(bool isHit) => Interlocked.Increment(ref isHit ? ref cacheHits : ref cacheMisses);

    public void CountForward(bool succeeded) => Interlocked.Increment(ref succeeded ? ref forwarded : ref forwardFailures);

    public string Text(int services, int kept)
    {
        var text = new StringBuilder();
        Add("requests_total", "counter", "Messages of clients.", [("{proto=\"udp\"}", udp), ("{proto=\"tcp\"}", tcp)]);
        Add(
            "responses_total", "counter", "Answers by their code.",
            [.. responses.Select((count, code) => ($"{{rcode=\"{(code < Codes.Length ? Codes[code] : "other")}\"}}", count))]);
        Add("dropped_total", "counter", "Messages that were not answered at all.", [("", dropped)]);
        Add("cache_hits_total", "counter", "Questions about names of others that were answered from memory.", [("", cacheHits)]);
        Add("cache_misses_total", "counter", "Questions about names of others that had to be asked.", [("", cacheMisses)]);
        Add("cache_entries", "gauge", "Answers of others in memory.", [("", kept)]);
        Add("forwards_total", "counter", "Questions that other servers answered.", [("", forwarded)]);
        Add("forward_failures_total", "counter", "Questions that no other server answered.", [("", forwardFailures)]);
        Add("services", "gauge", "Services that are known.", [("", services)]);
        return text.ToString();

        void Add(string name, string type, string help, IReadOnlyList<(string Labels, long Value)> values)
        {
            text.Append(CultureInfo.InvariantCulture, $"# HELP navarch_dns_{name} {help}\n# TYPE navarch_dns_{name} {type}\n");
            foreach (var (labels, value) in values)
            {
                text.Append(CultureInfo.InvariantCulture, $"navarch_dns_{name}{labels} {value}\n");
            }
        }
    }
}
