using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http.Features;
using Navarch.Api.Core.V1;
using Navarch.ApiServer.Handlers;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Streaming;

/// <summary><c>NAME/proxy/…</c> of pods, services and nodes: one HTTP request, handed on.</summary>
internal sealed class ProxySubresource : ISubresource, IDisposable
{
    private static readonly string[] Verbs = ["create", "delete", "get", "patch", "update"];

    // Those that belong to one connection, and those by which the caller is known here: neither is the other side's business.
    private static readonly HashSet<string> Withheld = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Host", "Content-Length",
        "Authorization", "Cookie", "Impersonate-User", "Impersonate-Group", "X-Remote-User", "X-Remote-Group",
    };

    private readonly ObjectWriter objects;
    private readonly Catalog catalog;
    private readonly PodTarget target;
    private readonly KubeletConnector kubelets;
    private readonly HttpMessageInvoker plain;

    public ProxySubresource(ObjectWriter objects, Catalog catalog, PodTarget target, KubeletConnector kubelets)
    {
        this.objects = objects;
        this.catalog = catalog;
        this.target = target;
        this.kubelets = kubelets;
        plain = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(15),

            // Pods serve with certificates of their own making; upstream does not check them either.
            SslOptions = new System.Net.Security.SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
        });
    }

    public SubresourceType? Describe(Kind kind) =>
        kind.Type == Pod.ResourceType ? new SubresourceType("proxy", "", "v1", "PodProxyOptions", Verbs)
        : kind.Type == Service.ResourceType ? new SubresourceType("proxy", "", "v1", "ServiceProxyOptions", Verbs)
        : kind.Type == Node.ResourceType ? new SubresourceType("proxy", "", "v1", "NodeProxyOptions", Verbs)
        : null;

    public void Dispose() => plain.Dispose();

    public async Task HandleAsync(ApiRequest request, Kind kind)
    {
        var rest = (request.Info.Rest.Length == 0 ? "/" : request.Info.Rest) + request.Http.Request.QueryString;
        if (kind.Type == Node.ResourceType)
        {
            var kubelet = await target.NodeAsync(request.Info.Name, request.Aborted);
            using var toKubelet = Copy(request, $"https://{kubelet.Authority}{rest}");
            using var fromKubelet = await kubelets.SendAsync(kubelet, toKubelet, request.Aborted);
            await AnswerAsync(request, fromKubelet);
            return;
        }

        var (scheme, name, port) = Split(request.Info.Name);
        var backend = kind.Type == Pod.ResourceType
            ? await PodAsync(kind, request.Info.Namespace, name, port, request.Aborted)
            : await ServiceAsync(kind, request.Info.Namespace, name, port, request.Aborted);
        using var message = Copy(request, $"{scheme}://{backend}{rest}");
        HttpResponseMessage answer;
        try
        {
            answer = await plain.SendAsync(message, request.Aborted);
        }
        catch (HttpRequestException e)
        {
            throw StatusErrors.ServiceUnavailable($"error trying to reach service: {e.InnerException?.Message ?? e.Message}").AsException(e);
        }

        using (answer)
        {
            await AnswerAsync(request, answer);
        }
    }

    /// <summary><c>https:name:port</c>, <c>name:port</c> or <c>name</c>.</summary>
    private static (string Scheme, string Name, string Port) Split(string text) => text.Split(':') switch
    {
        [var name] => ("http", name, ""),
        [var name, var port] => ("http", name, port),
        ["", var name, var port] => ("http", name, port),
        ["http" or "https", var name, var port] => (text[..text.IndexOf(':', StringComparison.Ordinal)], name, port),
        _ => throw StatusErrors.BadRequest($"invalid proxy request \"{text}\"").AsException(),
    };

    private static HttpRequestMessage Copy(ApiRequest request, string uri)
    {
        var from = request.Http.Request;
        if (!Uri.TryCreate(uri, UriKind.Absolute, out var address))
        {
            throw StatusErrors.BadRequest("invalid proxy request").AsException();
        }

        if (request.Http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        var message = new HttpRequestMessage(new HttpMethod(from.Method), address);
        if (from.ContentLength is > 0 || from.Headers.TransferEncoding.Count > 0 || from.Method is "POST" or "PUT" or "PATCH")
        {
            message.Content = new StreamContent(from.Body);
            if (from.ContentLength is { } length)
            {
                message.Content.Headers.ContentLength = length;
            }
        }

        foreach (var (name, values) in from.Headers)
        {
            if (!Withheld.Contains(name) && name[0] != ':')
            {
                _ = message.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values) || message.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values) == true;
            }
        }

        return message;
    }

    private static async Task AnswerAsync(ApiRequest request, HttpResponseMessage answer)
    {
        var response = request.Http.Response;
        response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
        {
            if (!Withheld.Contains(name) || name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            {
                response.Headers[name] = values.Select(HeaderText.Clean).ToArray();
            }
        }

        await using var body = await answer.Content.ReadAsStreamAsync(request.Aborted);
        await body.CopyToAsync(response.Body, request.Aborted);
    }

    private static string Authority(string ip, int port)
    {
        // The server reaches more than its clients do: it must not be their way to its own machine.
        if (!IPAddress.TryParse(ip, out var address) || IPAddress.IsLoopback(address) || address.IsIPv6LinkLocal || address.IsIPv6Multicast
            || (address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes() is [169, 254, _, _] or [0, ..] or [>= 224, ..]))
        {
            throw StatusErrors.ServiceUnavailable("no endpoints available: the address is not one to proxy to").AsException();
        }

        return address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]:{port}" : $"{address}:{port}";
    }

    private async Task<string> PodAsync(Kind kind, string @namespace, string name, string port, CancellationToken ct)
    {
        var found = await objects.FindAsync(kind, kind.Key(@namespace, name), ct) ?? throw StatusErrors.NotFound(kind.Type, name).AsException();
        var pod = (Pod)found.Value;
        var number = port.Length == 0
            ? pod.Spec.Containers.SelectMany(static c => c.Ports).FirstOrDefault()?.ContainerPortValue ?? 80
            : Number(port) ?? pod.Spec.Containers.SelectMany(static c => c.Ports).FirstOrDefault(p => p.Name == port)?.ContainerPortValue
              ?? throw StatusErrors.BadRequest($"invalid proxy request: no port {port}").AsException();
        return pod.Status.PodIP.Length == 0 ? throw StatusErrors.ServiceUnavailable($"pod {name} has no address").AsException() : Authority(pod.Status.PodIP, number);
    }

    private async Task<string> ServiceAsync(Kind kind, string @namespace, string name, string port, CancellationToken ct)
    {
        var found = await objects.FindAsync(kind, kind.Key(@namespace, name), ct) ?? throw StatusErrors.NotFound(kind.Type, name).AsException();
        var service = (Service)found.Value;
        var wanted = port.Length == 0
            ? (service.Spec.Ports.Count == 1 ? service.Spec.Ports[0] : service.Spec.Ports.FirstOrDefault(static p => p.Name.Length == 0))
            : service.Spec.Ports.FirstOrDefault(p => p.Name == port || p.Port == Number(port));
        if (wanted is not null)
        {
            var endpoints = catalog.Get<Endpoints>();
            var subsets = (await objects.FindAsync(endpoints, endpoints.Key(@namespace, name), ct))?.Value is Endpoints value ? value.Subsets : [];
            foreach (var subset in subsets)
            {
                if (subset.Addresses.Count > 0 && subset.Ports.FirstOrDefault(p => p.Name == wanted.Name) is { } target)
                {
                    return Authority(subset.Addresses[0].IP, target.Port);
                }
            }
        }

        throw StatusErrors.ServiceUnavailable($"no endpoints available for service \"{name}\"").AsException();
    }

    private static int? Number(string port) => int.TryParse(port, System.Globalization.CultureInfo.InvariantCulture, out var number) && number is > 0 and < 65536 ? number : null;
}
