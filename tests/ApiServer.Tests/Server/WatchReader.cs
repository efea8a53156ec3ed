using System.Net;
using System.Text.Json.Nodes;

namespace Navarch.ApiServer.Tests.Server;

/// <summary>Reads the events of one watch.</summary>
internal sealed class WatchReader(HttpResponseMessage response, StreamReader lines) : IAsyncDisposable
{
    public HttpStatusCode StatusCode => response.StatusCode;

    public static async Task<WatchReader> OpenAsync(HttpClient client, string path, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Version = HttpVersion.Version20 };
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        return new WatchReader(response, new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken)));
    }

    /// <summary>The next event; null when the server ended the watch.</summary>
    public async Task<(string Type, JsonNode Object)?> NextAsync()
    {
        var line = await lines.ReadLineAsync(TestContext.Current.CancellationToken);
        if (line is null)
        {
            return null;
        }

        var json = JsonNode.Parse(line)!;
        return ((string)json["type"]!, json["object"]!);
    }

    /// <summary>The next events as <c>ADDED name</c>.</summary>
    public async Task<List<string>> NextAsync(int count)
    {
        var events = new List<string>();
        while (events.Count < count && await NextAsync() is var (type, value))
        {
            events.Add($"{type} {value["metadata"]?["name"]}");
        }

        return events;
    }

    public ValueTask DisposeAsync()
    {
        lines.Dispose();
        response.Dispose();
        return ValueTask.CompletedTask;
    }
}
