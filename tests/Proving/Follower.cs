using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Navarch.Proving;

/// <summary>
/// Knows what exists from a list and the watches that follow it, as every informer does, and goes on from where it was when a watch
/// breaks off. Fails when it is told something that cannot follow on what it knows.
/// </summary>
/// <param name="servers">One is chosen for each list and each watch.</param>
/// <param name="path">A collection.</param>
/// <param name="random">For how long each watch is read before it is left.</param>
public sealed class Follower(IReadOnlyList<HttpClient> servers, string path, Random random)
{
    private static readonly TimeSpan AttemptMax = TimeSpan.FromSeconds(5);

    // Guards what follows.
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, string> objects = new(StringComparer.Ordinal);
    private readonly List<string> events = [];
    private long revision;

    /// <summary>What exists, as <c>name@resourceVersion value</c>.</summary>
    public IReadOnlyList<string> Objects
    {
        get
        {
            lock (gate)
            {
                return [.. objects.Select(pair => $"{pair.Key}@{pair.Value}")];
            }
        }
    }

    /// <summary>Everything that was told by watches since the last list, as <c>ADDED name@resourceVersion value</c>.</summary>
    public IReadOnlyList<string> Events
    {
        get
        {
            lock (gate)
            {
                return [.. events];
            }
        }
    }

    /// <summary>The revision of the last list.</summary>
    public long ListedAt { get; private set; }

    /// <summary>How often it had to list.</summary>
    public int Lists { get; private set; }

    /// <summary>How many watches it began.</summary>
    public int Watches { get; private set; }

    /// <summary>How often a server told it that its place in history is gone.</summary>
    public int Expirations { get; private set; }

    /// <summary>Whether it knows of a name that begins so.</summary>
    public bool Knows(string name)
    {
        lock (gate)
        {
            return objects.ContainsKey(name);
        }
    }

    /// <summary>Follows until it is cancelled, or finds a violation.</summary>
    /// <exception cref="InvalidDataException">What it was told cannot be true.</exception>
    public async Task RunAsync(CancellationToken ct)
    {
        var isListed = false;
        while (!ct.IsCancellationRequested)
        {
            var server = servers[random.Next(servers.Count)];
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limit.CancelAfter(AttemptMax);
            try
            {
                if (!isListed)
                {
                    await ListAsync(server, limit.Token);
                    isListed = true;
                }

                isListed = await WatchAsync(server, limit.Token);
            }
            catch (Exception e) when (e is HttpRequestException or SocketException or IOException or OperationCanceledException)
            {
                // Cut off, by the server's end or by our own.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(20)), CancellationToken.None);
        }
    }

    private async Task ListAsync(HttpClient server, CancellationToken ct)
    {
        var (at, listed) = await ReadPagesAsync(server, ct);
        lock (gate)
        {
            Ensure(at >= revision, $"a list is of revision {at} after {revision}");
            foreach (var (name, item) in listed)
            {
                var version = Revision(item);
                Ensure(version <= at, $"a list of revision {at} shows {name} of {version}");
                Ensure(
                    version > revision || (objects.TryGetValue(name, out var before) && before == Shown(item)) || Lists == 0,
                    $"a list shows {name} of {version}, and what was known at {revision} is {objects.GetValueOrDefault(name) ?? "nothing"}");
            }

            objects.Clear();
            foreach (var (name, item) in listed)
            {
                objects[name] = Shown(item);
            }

            events.Clear();
            ListedAt = revision = at;
            Lists++;
        }
    }

    /// <summary>All of it, at once or in pages, each of which any server may answer.</summary>
    private async Task<(long Revision, Dictionary<string, JsonNode> Items)> ReadPagesAsync(HttpClient first, CancellationToken ct)
    {
        var (at, items) = (0L, new Dictionary<string, JsonNode>());
        var query = random.Next(3) == 0 ? "?" : $"?limit={random.Next(1, 20)}";
        for (var (server, next) = (first, ""); ; server = servers[random.Next(servers.Count)])
        {
            using var response = await server.GetAsync(path + query + (next.Length > 0 ? $"&continue={Uri.EscapeDataString(next)}" : ""), ct);
            var text = await response.Content.ReadAsStringAsync(ct);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw new HttpRequestException($"list: {(int)response.StatusCode}"); // Also where the page's past is gone: it begins anew.
            }

            var page = JsonNode.Parse(text)!;
            Ensure(at == 0 || Revision(page) == at, $"a page is of revision {Revision(page)} and the first was of {at}");
            at = Revision(page);
            foreach (var item in page["items"]!.AsArray())
            {
                Ensure(items.TryAdd(Name(item!), item!), $"two pages show {Name(item!)}");
            }

            next = (string?)page["metadata"]!["continue"] ?? "";
            if (next.Length == 0)
            {
                return (at, items);
            }
        }
    }

    /// <returns>False if the place in history is gone and a list is needed.</returns>
    private async Task<bool> WatchAsync(HttpClient server, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{path}?watch=true&allowWatchBookmarks=true&resourceVersion={revision}") { Version = HttpVersion.Version20 };
        using var response = await server.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        Watches++;
        if (response.StatusCode == HttpStatusCode.Gone)
        {
            Expirations++;
            return false;
        }

        if (response.StatusCode != HttpStatusCode.OK)
        {
            return true;
        }

        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(ct));
        for (var left = random.Next(1, 400); left > 0; left--)
        {
            if (await lines.ReadLineAsync(ct) is not { } line)
            {
                return true;
            }

            if (Parse(line) is not { } change)
            {
                Ensure(await lines.ReadLineAsync(ct) is null, $"a watch said, in the middle: {line}");
                return true; // The last line before the connection broke.
            }

            if ((string?)change["type"] == "ERROR")
            {
                Ensure((int?)change["object"]?["code"] is 410 or 504, $"a watch said {line}");
                Expirations++;
                return (int?)change["object"]?["code"] != 410;
            }

            lock (gate)
            {
                Apply((string)change["type"]!, change["object"]!);
            }
        }

        return true;
    }

    private void Apply(string type, JsonNode item)
    {
        var at = Revision(item);
        if (type == "BOOKMARK")
        {
            Ensure(at >= revision, $"a bookmark says {at} after {revision}");
            revision = at;
            return;
        }

        var name = Name(item);
        Ensure(at > revision, $"{type} {name} is of {at}, after {revision}");
        Ensure(type == "ADDED" != objects.ContainsKey(name), $"{type} {name} at {at}, which {(objects.ContainsKey(name) ? "exists" : "does not exist")}");
        revision = at;
        if (type == "DELETED")
        {
            objects.Remove(name);
        }
        else
        {
            objects[name] = Shown(item);
        }

        events.Add($"{type} {name}@{Shown(item)}");
    }

    private static JsonNode? Parse(string line)
    {
        try
        {
            return JsonNode.Parse(line);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Name(JsonNode item) => (string)item["metadata"]!["name"]!;

    private static long Revision(JsonNode item) => long.Parse((string)item["metadata"]!["resourceVersion"]!, CultureInfo.InvariantCulture);

    /// <summary>An object's version and value, the latter checked to be whole.</summary>
    private static string Shown(JsonNode item) => $"{Revision(item)} {((string?)item["data"]?["v"] is { } value ? Payload.Id(value) : "")}";

    private static void Ensure(bool isTrue, string violation)
    {
        if (!isTrue)
        {
            throw new InvalidDataException(violation);
        }
    }
}
