using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Navarch.Api.Core.V1;
using Navarch.ApiServer.Handlers;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Streaming;

/// <summary>GET of <c>pods/NAME/log</c>: what a container wrote, from the kubelet, as it comes.</summary>
internal sealed class LogSubresource(PodTarget target, KubeletConnector kubelets) : ISubresource
{
    private const int ErrorBytesMax = 64 * 1024;

    public SubresourceType? Describe(Kind kind) => kind.Type == Pod.ResourceType ? new SubresourceType("log", "", "v1", "Pod", "get") : null;

    public async Task HandleAsync(ApiRequest request, Kind kind)
    {
        if (request.Info.Verb != "get")
        {
            throw StatusErrors.MethodNotAllowed().AsException();
        }

        var (container, query) = Query(request);
        var (pod, kubelet) = await target.FindAsync(request, kind);
        container = PodTarget.Container(pod, container);
        var path = $"/containerLogs/{pod.Metadata.Namespace}/{pod.Metadata.Name}/{container}{query}";
        using var message = new HttpRequestMessage(HttpMethod.Get, $"https://{kubelet.Authority}{path}");
        using var answer = await kubelets.SendAsync(kubelet, message, request.Aborted);
        if (!answer.IsSuccessStatusCode)
        {
            throw await FailureAsync(answer, request.Aborted);
        }

        if (OneWaySocket.Find(request.Http) is { } upgrade)
        {
            var protocol = WebSocketProtocols.OfBytes(request.Http.Request.Headers);
            await OneWaySocket.RunAsync(
                request, upgrade, protocol, protocol == WebSocketProtocols.Base64 ? Framing.Base64 : Framing.Bytes, (output, ct) => CopyAsync(answer, output, ct));
            return;
        }

        var response = request.Http.Response;
        response.ContentType = "text/plain";
        response.Headers.CacheControl = "no-cache, private";
        request.Http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await CopyAsync(answer, response.BodyWriter, request.Aborted);
    }

    private static async Task CopyAsync(HttpResponseMessage answer, PipeWriter output, CancellationToken ct)
    {
        await output.FlushAsync(ct);
        await using var from = await answer.Content.ReadAsStreamAsync(ct);
        var buffer = ArrayPool<byte>.Shared.Rent(32 * 1024);
        try
        {
            while (await from.ReadAsync(buffer, ct) is > 0 and var count)
            {
                var flushed = await output.WriteAsync(buffer.AsMemory(0, count), ct);
                if (flushed.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (IOException) when (!ct.IsCancellationRequested)
        {
            // The kubelet went away in the middle. The headers are sent: the client sees the log end.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<StatusException> FailureAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(ct);
        var buffer = new byte[ErrorBytesMax];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        var text = System.Text.Encoding.UTF8.GetString(buffer, 0, length).Trim();
        return ((int)answer.StatusCode switch
        {
            400 => StatusErrors.BadRequest(text),
            404 => StatusErrors.NotFoundPath() with { Message = text.Length > 0 ? text : "the server could not find the requested resource" },
            _ => StatusErrors.InternalError($"the kubelet answered {(int)answer.StatusCode}: {text}"),
        }).AsException();
    }

    private static (string Container, string Query) Query(ApiRequest request)
    {
        var container = "";
        var passed = new Dictionary<string, string?>(StringComparer.Ordinal);
        var errors = new FieldErrors();
        foreach (var pair in new QueryStringEnumerable(request.Http.Request.QueryString.Value))
        {
            var (name, value) = (pair.DecodeName().ToString(), pair.DecodeValue().ToString());
            switch (name)
            {
                case "container":
                    container = value;
                    break;
                case "follow" or "previous" or "timestamps" or "sinceTime" or "stream":
                    passed[name] = value;
                    break;
                case "tailLines" or "limitBytes" or "sinceSeconds":
                    if (!long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
                    {
                        throw StatusErrors.BadRequest($"strconv.ParseInt: parsing \"{(value.Length > 64 ? value[..64] : value)}\": invalid syntax").AsException();
                    }

                    if (number < (name == "tailLines" ? 0 : 1))
                    {
                        errors.Invalid(name, number, name == "tailLines" ? "must be greater than or equal to 0" : "must be greater than 0");
                    }

                    passed[name] = value;
                    break;
                default:
                    break;
            }
        }

        if (passed.ContainsKey("sinceTime") && passed.ContainsKey("sinceSeconds"))
        {
            errors.Forbidden("", "at most one of `sinceTime` or `sinceSeconds` may be specified");
        }

        return errors.Any
            ? throw StatusErrors.Invalid("", "PodLogOptions", request.Info.Name, errors.All).AsException()
            : (container, QueryHelpers.AddQueryString("", passed));
    }
}
