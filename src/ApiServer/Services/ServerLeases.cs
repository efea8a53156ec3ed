using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Navarch.Storage;

namespace Navarch.ApiServer.Services;

/// <summary>
/// Says which servers of a cluster live: each keeps a key in the store that expires unless it is renewed. Keys, contents and
/// time to live are those of upstream's servers, so that both can serve one cluster.
/// </summary>
internal sealed class ServerLeases(IRevisionStore store, IPAddress address, int port)
{
    public const string Prefix = "/registry/masterleases/";

    // A server that dies is led to for this long.
    private static readonly TimeSpan TimeToLive = TimeSpan.FromSeconds(15);

    private string Key => Prefix + address;

    public async Task RenewAsync(CancellationToken ct)
    {
        var said = new JsonObject
        {
            ["kind"] = "Endpoints",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["subsets"] = new JsonArray(new JsonObject
            {
                ["addresses"] = new JsonArray(new JsonObject { ["ip"] = address.ToString() }),
                ["ports"] = new JsonArray(new JsonObject { ["name"] = "https", ["port"] = port, ["protocol"] = "TCP" }),
            }),
        };
        await store.CommitAsync(StoreWrite.Put(Key, Encoding.UTF8.GetBytes(said.ToJsonString())) with { TimeToLive = TimeToLive }, ct);
    }

    /// <summary>The addresses of all servers that live, in order.</summary>
    public async Task<IReadOnlyList<IPAddress>> ListAsync(CancellationToken ct) =>
    [
        .. (await store.RangeAsync(Prefix, ct)).Entries
            .Select(static entry => IPAddress.TryParse(entry.Key.AsSpan(Prefix.Length), out var server) ? server : null)
            .OfType<IPAddress>()
            .OrderBy(static server => server.ToString(), StringComparer.Ordinal),
    ];

    /// <summary>From now on nobody is to be led here.</summary>
    public Task EndAsync(CancellationToken ct) => store.CommitAsync(StoreWrite.Delete(Key), ct);
}
