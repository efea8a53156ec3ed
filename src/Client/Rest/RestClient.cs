using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using Navarch.Api;
using Navarch.Api.Json;
using Navarch.Api.Meta.V1;

namespace Navarch.Client;

/// <summary>The API over HTTPS: JSON bodies on one HTTP/2 connection. Safe for concurrent use.</summary>
public sealed class RestClient : IClient, IDisposable
{
    // As long as the server says when to come back, and no longer: someone is waiting for this request.
    private const int AttemptsMax = 5;

    private static readonly TimeSpan RetryAfterMax = TimeSpan.FromSeconds(30);

    private readonly ClientConfig config;
    private readonly TimeProvider time;
    private readonly HttpClient http;
    private readonly BearerToken token;

    public RestClient(ClientConfig config, TimeProvider time)
        : this(config, time, RestTransport.CreateHandler(config))
    {
    }

    /// <summary>A client whose certificates are those of its configuration at the time. All else is as it was when the client was made.</summary>
    public RestClient(FileValue<ClientConfig> source, TimeProvider time)
        : this(source.Current, time, new FollowingHandler(source, time))
    {
    }

    internal RestClient(ClientConfig config, TimeProvider time, HttpMessageHandler handler)
    {
        this.config = config;
        this.time = time;
        http = RestTransport.CreateClient(config, handler);
        token = new BearerToken(config, time);
    }

    public Uri Server => config.Server;

    public Task<T> GetAsync<T>(NamespacedName name, CancellationToken ct) where T : class, IResource<T> =>
        CallAsync<T>(HttpMethod.Get, RestPath.Object<T>(name), null, ct);

    public async Task<ResourceList<T>> ListAsync<T>(ListQuery query, CancellationToken ct) where T : class, IResource<T>
    {
        var body = await SendAsync(HttpMethod.Get, RestPath.List<T>(query, watch: false), null, ct);
        return Envelope.List<T>(body);
    }

    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ListQuery query, [EnumeratorCancellation] CancellationToken ct)
        where T : class, IResource<T>
    {
        await using var body = await GetRawAsync(RestPath.List<T>(query, watch: true), ct);
        await foreach (var change in WatchLines.ReadAsync<T>(body, ct))
        {
            yield return change;
        }
    }

    public Task<T> CreateAsync<T>(T resource, CancellationToken ct) where T : class, IResource<T> =>
        CallAsync<T>(HttpMethod.Post, RestPath.Collection<T>(resource.Metadata.Namespace), Json(resource), ct);

    public Task<T> UpdateAsync<T>(T resource, CancellationToken ct) where T : class, IResource<T> => UpdateSubresourceAsync(resource, "", ct);

    public Task<T> UpdateStatusAsync<T>(T resource, CancellationToken ct) where T : class, IResource<T> =>
        UpdateSubresourceAsync(resource, "status", ct);

    public Task<T> UpdateSubresourceAsync<T>(T resource, string subresource, CancellationToken ct) where T : class, IResource<T> =>
        CallAsync<T>(HttpMethod.Put, RestPath.Object<T>(NamespacedName.Of(resource), subresource), Json(resource), ct);

    public Task<T> PatchAsync<T>(NamespacedName name, Patch patch, string subresource, CancellationToken ct) where T : class, IResource<T>
    {
        var path = RestPath.Object<T>(name, subresource);
        var options = new List<string>();
        if (patch.FieldManager.Length > 0)
        {
            options.Add($"fieldManager={Uri.EscapeDataString(patch.FieldManager)}");
        }

        if (patch.Force)
        {
            options.Add("force=true");
        }

        return CallAsync<T>(
            HttpMethod.Patch, options.Count == 0 ? path : $"{path}?{string.Join('&', options)}", new Body(patch.Body, patch.MediaType), ct);
    }

    public async Task DeleteAsync<T>(NamespacedName name, DeleteOptions options, CancellationToken ct) where T : class, IResource<T> =>
        // The answer is the object or a Status, as the kind has it; neither says more than that the deletion has begun.
        await SendAsync(HttpMethod.Delete, RestPath.Object<T>(name), options == DeleteOptions.Empty ? null : Json(options), ct);

    public Task<TResult> PostAsync<T, TBody, TResult>(NamespacedName name, string subresource, TBody body, CancellationToken ct)
        where T : class, IResource<T>
        where TBody : IApiObject
        where TResult : IApiType<TResult> =>
        CallAsync<TResult>(HttpMethod.Post, RestPath.Object<T>(name, subresource), Json(body), ct);

    /// <summary>The body of a GET as it comes, such as a log that is followed. No timeout; the caller disposes the stream.</summary>
    public async Task<Stream> GetRawAsync(string pathAndQuery, CancellationToken ct)
    {
        var response = await ExchangeAsync(HttpMethod.Get, pathAndQuery, null, ct);
        return await response.Content.ReadAsStreamAsync(ct);
    }

    /// <summary>The body of an answer of any media type.</summary>
    public Task<byte[]> GetBytesAsync(string pathAndQuery, CancellationToken ct) => SendAsync(HttpMethod.Get, pathAndQuery, null, ct);

    public void Dispose() => http.Dispose();

    private static Body Json(IApiObject value) => new(ApiJson.ToUtf8(value), "application/json");

    private async Task<T> CallAsync<T>(HttpMethod method, string path, Body? body, CancellationToken ct) where T : IApiType<T> =>
        ApiJson.Parse<T>(await SendAsync(method, path, body, ct));

    private async Task<byte[]> SendAsync(HttpMethod method, string path, Body? body, CancellationToken ct)
    {
        using var timeout = new CancellationTokenSource(config.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ct);
        try
        {
            using var response = await ExchangeAsync(method, path, body, either.Token);
            return await response.Content.ReadAsByteArrayAsync(either.Token);
        }
        catch (OperationCanceledException e) when (timeout.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new TimeoutException($"{config.Server.Authority} did not answer {method} {path} within {config.Timeout.TotalSeconds} s", e);
        }
    }

    /// <summary>One request, repeated when the server asks for it. The answer is a success whose body has not been read.</summary>
    private async Task<HttpResponseMessage> ExchangeAsync(HttpMethod method, string path, Body? body, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var request = new HttpRequestMessage(method, path) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionOrLower };
            request.Headers.Accept.Add(JsonType);
            if (token.Current() is { Length: > 0 } bearer)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
            }

            if (body is { } content)
            {
                request.Content = new ReadOnlyMemoryContent(content.Bytes);
                request.Content.Headers.ContentType = new MediaTypeHeaderValue(content.MediaType);
            }

            var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                if (attempt < AttemptsMax && PauseOf(response) is { } pause)
                {
                    await Task.Delay(pause, time, ct);
                    continue;
                }

                throw Envelope.Error((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(ct));
            }
        }
    }

    private static readonly MediaTypeWithQualityHeaderValue JsonType = new("application/json");

    // The server turned the request away before looking at it, so that every method may be repeated.
    private static TimeSpan? PauseOf(HttpResponseMessage response) =>
        response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable
        && response.Headers.RetryAfter?.Delta is { } delta && delta <= RetryAfterMax ? delta : null;

    private readonly record struct Body(ReadOnlyMemory<byte> Bytes, string MediaType);
}
