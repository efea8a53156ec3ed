using System.Net;

namespace Navarch.Dns.Forwarding;

/// <summary>The servers of the node's own resolver configuration, as the file says now.</summary>
/// <param name="own">Never asked: it would ask itself.</param>
internal sealed class HostServers(string path, IPAddress own, TimeProvider time)
{
    private const int ServersMax = 3; // As the C library.
    private const int BytesMax = 64 * 1024;
    private const int DnsPort = 53;

    // Networks change under a machine, and with them the file. A look at its date costs a microsecond.
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    private readonly Lock looking = new();
    private IReadOnlyList<IPEndPoint> servers = [];
    private DateTime writtenAt = DateTime.MinValue;
    private long? lookedAt;

    public IReadOnlyList<IPEndPoint> Current
    {
        get
        {
            lock (looking)
            {
                if (lookedAt is not { } last || time.GetElapsedTime(last) >= LookEvery)
                {
                    lookedAt = time.GetTimestamp();
                    LookLocked();
                }

                return servers;
            }
        }
    }

    internal static IReadOnlyList<IPEndPoint> Parse(string text, IPAddress own) =>
    [
        .. text.Split('\n')
            .Select(line => line.Split((char[])[' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words is ["nameserver", _, ..])
            .Select(words => IPAddress.TryParse(words[1], out var address) ? address : null)
            .OfType<IPAddress>()
            .Where(address => !address.Equals(own) && !address.Equals(IPAddress.Any))
            .Distinct()
            .Take(ServersMax)
            .Select(address => new IPEndPoint(address, DnsPort)),
    ];

    private void LookLocked()
    {
        try
        {
            // Often a link, whose own date never changes.
            var file = new FileInfo(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path);
            if (!file.Exists || file.LastWriteTimeUtc == writtenAt || file.Length > BytesMax)
            {
                return;
            }

            servers = Parse(File.ReadAllText(file.FullName), own);
            writtenAt = file.LastWriteTimeUtc;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What was known goes on being right until the file can be read.
        }
    }
}
