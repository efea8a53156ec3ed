using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.ApiServer.Admission.Webhooks;
using Navarch.ApiServer.Handlers;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.Client;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Streaming;

/// <summary>
/// <c>NAME/proxy/…</c> of pods, services and nodes: one HTTP request, handed on. A redirect is the client's to follow, as
/// whoever it is there; the server itself goes nowhere but to the backend it has looked at.
/// </summary>
internal sealed class ProxySubresource : ConnectSubresource, IDisposable
{
    private static readonly string[] Verbs = ["create", "delete", "get", "patch", "update"];

    private readonly ProxyBackends backends;
    private readonly KubeletConnector kubelets;
    private readonly ProxyHeaders headers;
    private readonly UpgradeTunnel tunnel;
    private readonly HttpMessageInvoker plain;

    public ProxySubresource(WebhookAdmission webhooks, ProxyBackends backends, KubeletConnector kubelets, ProxyHeaders headers, UpgradeTunnel tunnel, BackendDialer dialer)
        : base(webhooks)
    {
        this.backends = backends;
        this.kubelets = kubelets;
        this.headers = headers;
        this.tunnel = tunnel;
        plain = new HttpMessageInvoker(new ConnectionErrorHandler(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(15),
            RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
            ConnectCallback = dialer.ConnectAsync,

            // Pods serve with certificates of their own making; upstream does not check them either.
            SslOptions = new System.Net.Security.SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
        }));
    }

    public override SubresourceType? Describe(Kind kind) =>
        kind.Type == Pod.ResourceType ? new SubresourceType("proxy", "", "v1", "PodProxyOptions", Verbs)
        : kind.Type == Service.ResourceType ? new SubresourceType("proxy", "", "v1", "ServiceProxyOptions", Verbs)
        : kind.Type == Node.ResourceType ? new SubresourceType("proxy", "", "v1", "NodeProxyOptions", Verbs)
        : null;

    public void Dispose() => plain.Dispose();

    protected override async Task ConnectAsync(ApiRequest request, Kind kind, IApiObject options)
    {
        var (info, http) = (request.Info, request.Http);
        if (http.Request.Method is not ("GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE" or "OPTIONS"))
        {
            throw StatusErrors.MethodNotAllowed().AsException();
        }

        var backend = await backends.FindAsync(kind, info.Namespace, info.Name, request.Aborted);
        var prefix = ProxyPath.Encode(info.Path[..^info.Rest.Length]);
        if (info.Rest.Length == 0 && http.Request.Method is "GET" or "HEAD")
        {
            // Relative links of a page at the root would lead beside it.
            http.Response.StatusCode = StatusCodes.Status301MovedPermanently;
            http.Response.Headers.Location = $"{prefix}/{http.Request.QueryString}";
            return;
        }

        using var message = Request(http, backend, ProxyPath.Encode(PathOf(options)));
        message.Headers.TryAddWithoutValidation("X-Forwarded-Uri", prefix + message.RequestUri!.AbsolutePath);
        using var answer = await SendAsync(backend, message, request.Aborted);
        if ((int)answer.StatusCode < 200 && !IsAgreed(message, answer))
        {
            throw Unreachable($"backend tried to switch protocol \"{answer.Headers.Upgrade}\" when \"{message.Headers.Upgrade}\" was requested", null);
        }

        http.Response.StatusCode = (int)answer.StatusCode;
        string Locate(string link, string below) => ProxyPath.Locate(link, below, backend.Authority, http.Request.Host.Value ?? "");
        ProxyHeaders.Pass(answer, http.Response.Headers, prefix, location => Locate(location, prefix));
        await using var body = await answer.Content.ReadAsStreamAsync(request.Aborted);
        if (answer.StatusCode == HttpStatusCode.SwitchingProtocols)
        {
            http.Response.Headers.Upgrade = HeaderText.Clean(answer.Headers.Upgrade.ToString());
            await tunnel.RunJoinedAsync(request, http.Features.Get<IHttpUpgradeFeature>()!, body);
            return;
        }

        var isPage = HtmlPage.Is(answer);
        if (isPage)
        {
            http.Response.ContentLength = null; // Links get longer.
        }

        try
        {
            if (isPage && http.Request.Method != "HEAD")
            {
                var quoted = WebUtility.HtmlEncode(prefix);
                await HtmlPage.CopyAsync(answer, body, http.Response.Body, link => Locate(link, quoted), request.Aborted);
            }
            else
            {
                await body.CopyToAsync(http.Response.Body, request.Aborted);
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            http.Abort(); // One side went away in the middle: what was said until then must not look whole.
        }
    }

    private static string PathOf(IApiObject options)
    {
        var path = options switch { PodProxyOptions pod => pod.Path, ServiceProxyOptions service => service.Path, NodeProxyOptions node => node.Path, _ => "" };
        return path.StartsWith('/') ? path : "/" + path;
    }

    private static bool IsAgreed(HttpRequestMessage message, HttpResponseMessage answer) =>
        answer.StatusCode == HttpStatusCode.SwitchingProtocols && message.Headers.Upgrade.Count > 0
        && answer.Headers.Upgrade.ToString().Equals(message.Headers.Upgrade.ToString(), StringComparison.OrdinalIgnoreCase);

    private HttpRequestMessage Request(HttpContext http, ProxyBackend backend, string path)
    {
        var from = http.Request;
        var uri = $"{backend.Scheme}://{backend.Authority}{path}{from.QueryString}";
        // As it was sent: the path has been looked at, and to make it shorter here would make it another one.
        if (uri.AsSpan().IndexOfAnyExceptInRange('!', '~') >= 0
            || !Uri.TryCreate(uri, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }, out var address))
        {
            throw StatusErrors.BadRequest("invalid proxy request").AsException();
        }

        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null; // How slowly the client may speak is for the backend to say.
        }

        var message = new HttpRequestMessage(new HttpMethod(from.Method), address);
        if (from.ContentLength is > 0 || from.Headers.TransferEncoding.Count > 0 || from.Method is "POST" or "PUT" or "PATCH")
        {
            message.Content = new StreamContent(from.Body);
            message.Content.Headers.ContentLength = from.ContentLength;
        }

        headers.Pass(from.Headers, message);
        // To a kubelet the server speaks as itself, and a session there is more than the right to look: exec and its like ask for that.
        if (backend.Kubelet is null && message.Content is null && http.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true })
        {
            message.Headers.Connection.Add("Upgrade");
            if (!message.Headers.Upgrade.TryParseAdd(from.Headers.Upgrade.ToString()))
            {
                throw StatusErrors.BadRequest("invalid upgrade request").AsException();
            }
        }

        return message;
    }

    private async Task<HttpResponseMessage> SendAsync(ProxyBackend backend, HttpRequestMessage message, CancellationToken ct)
    {
        if (backend.Kubelet is { } kubelet)
        {
            return await kubelets.SendAsync(kubelet, message, ct);
        }

        try
        {
            return await plain.SendAsync(message, ct);
        }
        catch (HttpRequestException e) when (e.InnerException is AddressNotAllowedException)
        {
            throw ProxyBackends.NotAllowed(e);
        }
        catch (HttpRequestException e)
        {
            throw Unreachable(e.InnerException?.Message ?? e.Message, e);
        }
    }

    private static StatusException Unreachable(string why, Exception? cause) => StatusErrors.ServiceUnavailable($"error trying to reach service: {why}").AsException(cause);
}
