using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Navarch.Proving;

/// <summary>
/// A client that uses ConfigMaps as registers, through any of several servers, and writes down what it asked and was told.
/// </summary>
/// <param name="servers">One is chosen for each call.</param>
/// <param name="id">Its number in the history. Two clients never have the same.</param>
/// <param name="patience">How long it waits for an answer. Then it does not know.</param>
public sealed class MapClient(IReadOnlyList<HttpClient> servers, History history, int id, Random random, TimeSpan patience)
{
    /// <summary>Where the maps are.</summary>
    public const string Path = "/api/v1/namespaces/default/configmaps";

    // Long enough for several frames of the log, so that a write can be torn.
    private const int LengthMax = 6000;

    // What this client knows of each key: enough to name it in an update. Often it is old, and the server must say so.
    private readonly Dictionary<string, Known> known = [];
    private int written;

    /// <summary>One operation on one of the maps: most often what it takes to get on, now and then one that is to be refused.</summary>
    public Task StepAsync(string name, CancellationToken ct) => (known.ContainsKey(name), random.Next(20)) switch
    {
        (true, < 12) => UpdateAsync(name, ct),
        (true, < 15) => DeleteAsync(name, ct),
        (true, 19) or (false, < 8) => CreateAsync(name, ct),
        (false, 19) => DeleteAsync(name, ct),
        _ => ReadAsync(name, ct),
    };

    public Task CreateAsync(string name, CancellationToken ct)
    {
        var value = NextValue();
        return SendAsync(HttpMethod.Post, Path, Map(name, value, null), history.Begin(id, name, Verb.Create, Payload.Id(value)), name, value, ct);
    }

    /// <summary>Replaces what this client believes to be there; reads first if it has no idea.</summary>
    public async Task UpdateAsync(string name, CancellationToken ct)
    {
        if (known.TryGetValue(name, out var believed))
        {
            var value = NextValue();
            await SendAsync(
                HttpMethod.Put, $"{Path}/{name}", Map(name, value, believed.Version), history.Begin(id, name, Verb.Update, Payload.Id(value), believed.Value), name, value, ct);
        }
        else
        {
            await ReadAsync(name, ct);
        }
    }

    /// <summary>Removes what this client believes to be there; whatever is there if it has no idea.</summary>
    public Task DeleteAsync(string name, CancellationToken ct)
    {
        // Never without a body: a client library may send a request without one again by itself, which would look like two deletes.
        var believed = known.GetValueOrDefault(name);
        var options = believed is null ? "{}" : $$$"""{"preconditions":{"resourceVersion":"{{{believed.Version}}}"}}""";
        return SendAsync(HttpMethod.Delete, $"{Path}/{name}", options, history.Begin(id, name, Verb.Delete, null, believed?.Value), name, null, ct);
    }

    public Task ReadAsync(string name, CancellationToken ct) =>
        SendAsync(HttpMethod.Get, $"{Path}/{name}", null, history.Begin(id, name, Verb.Read), name, null, ct);

    /// <summary>Whether this client was told last that it is there.</summary>
    public bool Knows(string name) => known.ContainsKey(name);

    private static string Map(string name, string value, string? version) =>
        $$$"""{"metadata":{"name":"{{{name}}}"{{{(version is null ? "" : $",\"resourceVersion\":\"{version}\"")}}}},"data":{"v":"{{{value}}}"}}""";

    private string NextValue() => Payload.Of($"c{id}-{written++}", random.Next(8) == 0 ? random.Next(LengthMax) : random.Next(60));

    private async Task SendAsync(HttpMethod method, string path, string? body, History.Call call, string name, string? value, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(patience);
        var server = servers[random.Next(servers.Count)];
        using var request = new HttpRequestMessage(method, path) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionOrHigher };
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        HttpStatusCode code;
        string text;
        try
        {
            using var response = await server.SendAsync(request, limit.Token);
            (code, text) = (response.StatusCode, await response.Content.ReadAsStringAsync(limit.Token));
        }
        catch (Exception e) when (e is SocketException or HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError })
        {
            call.Refused(); // No connection, so nothing was sent. (Reset as soon as it was there, it shows as what the socket says.)
            await Task.Delay(TimeSpan.FromMilliseconds(2), CancellationToken.None);
            return;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            known.Remove(name);
            call.Unknown();
            return;
        }

        Judge(code, text, call, name, value);
    }

    private void Judge(HttpStatusCode code, string text, History.Call call, string name, string? value)
    {
        switch (code)
        {
            case HttpStatusCode.OK or HttpStatusCode.Created when value is null && call.Verb == Verb.Delete:
                known.Remove(name);
                call.Done();
                break;
            case HttpStatusCode.OK or HttpStatusCode.Created:
                var map = JsonNode.Parse(text)!;
                var (version, data) = ((string)map["metadata"]!["resourceVersion"]!, (string)map["data"]!["v"]!);
                known[name] = new Known(Payload.Id(data), version);
                var revision = long.Parse(version, CultureInfo.InvariantCulture);
                if (value is null)
                {
                    call.Saw(Payload.Id(data), revision);
                }
                else
                {
                    // An answer that shows something else than was written is a violation that no register knows.
                    _ = data == value ? true : throw new InvalidDataException($"{Payload.Id(value)} was answered with {Payload.Id(data)}");
                    call.Done(revision);
                }

                break;
            case HttpStatusCode.NotFound:
                known.Remove(name);
                call.Absent();
                break;
            case HttpStatusCode.Conflict:
                known.Remove(name);
                call.Conflict();
                break;
            case HttpStatusCode.TooManyRequests:
                call.Refused();
                break;
            case HttpStatusCode.ServiceUnavailable when text.Contains("the store cannot be used now", StringComparison.Ordinal):
                call.Refused(); // That is what this message promises; a value that shows up all the same is one that nobody wrote.
                break;
            case >= HttpStatusCode.InternalServerError:
                known.Remove(name);
                call.Unknown();
                break;
            default:
                throw new InvalidDataException($"{call.Verb} of {name} was answered with {(int)code}: {text}");
        }
    }

    private sealed record Known(string Value, string Version);
}
