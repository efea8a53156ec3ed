using System.Text;
using System.Text.Json.Nodes;
using Navarch.Storage;
using Navarch.Storage.Sqlite;

namespace Navarch.Recovery.Bench;

/// <summary>Fills a database as the API would, without its cost for each object.</summary>
internal static class Filling
{
    private const string First = "/registry/configmaps/default/first";
    private const int DataBytes = 900;

    /// <summary>Writes copies of the object that a server has made, each with a name, an identity and data of its own.</summary>
    /// <returns>How long the JSON of one is.</returns>
    public static async Task<int> WriteAsync(string path, int count, CancellationToken ct)
    {
        await using var store = await SqliteRevisionStore.OpenAsync(new SqliteStoreConfig { Path = path }, TimeProvider.System, ct);
        var first = await store.GetAsync(First, ct) ?? throw new InvalidOperationException($"{First} is missing");
        var random = new Random(1);
        var values = Enumerable.Range(0, count).Select(i => Copy(first.Value.Span, $"map-{i:000000}", random)).ToList();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 256, CancellationToken = ct }, async (i, stop) =>
            await store.CommitAsync(StoreWrite.Create($"/registry/configmaps/default/map-{i:000000}", values[i]), stop));
        return values[0].Length;
    }

    private static byte[] Copy(ReadOnlySpan<byte> json, string name, Random random)
    {
        var map = JsonNode.Parse(json)!;
        var (bytes, data) = (new byte[16], new byte[DataBytes * 3 / 4]);
        random.NextBytes(bytes);
        random.NextBytes(data);
        map["metadata"]!["name"] = name;
        map["metadata"]!["uid"] = new Guid(bytes).ToString();
        map["data"] = new JsonObject { ["v"] = Convert.ToBase64String(data) };
        return Encoding.UTF8.GetBytes(map.ToJsonString());
    }
}
