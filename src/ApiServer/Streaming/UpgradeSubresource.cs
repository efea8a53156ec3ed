using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Navarch.Api.Core.V1;
using Navarch.ApiServer.Authorization;
using Navarch.ApiServer.Handlers;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Streaming;

/// <summary>
/// exec, attach and portforward over SPDY or WebSocket: the client's connection becomes a pipe to the kubelet. What goes through is
/// not looked at, but for channels that can be closed, which runtimes do not have.
/// </summary>
internal sealed class UpgradeSubresource(string name, string options, PodTarget target, KubeletConnector kubelets, UpgradeTunnel tunnel, IAuthorizer authorizer) : ISubresource
{
    public SubresourceType? Describe(Kind kind) => kind.Type == Pod.ResourceType ? new SubresourceType(name, "", "v1", options, "create", "get") : null;

    public async Task HandleAsync(ApiRequest request, Kind kind)
    {
        var info = request.Info;
        if (info.Verb is not ("create" or "get"))
        {
            throw StatusErrors.MethodNotAllowed().AsException();
        }

        // Whoever opens a WebSocket must say GET. What it is for is a right to do, not to look.
        if (info.Verb == "get" && IsWebSocket(request.Http.Request.Headers)
            && await CreateRight.FindRefusalAsync(authorizer, request.User, info, request.Aborted) is { } refusal)
        {
            throw refusal;
        }

        var (pod, kubelet) = await target.FindAsync(request, kind);
        var (container, query) = Query(request);
        var path = $"{pod.Metadata.Namespace}/{pod.Metadata.Name}";
        path = name == "portforward"
            ? $"/portForward/{path}{query}"
            : $"/{name}/{path}/{PodTarget.Container(pod, container)}{query}";
        var upgrade = request.Http.Features.Get<IHttpUpgradeFeature>();
        if (upgrade is not { IsUpgradableRequest: true })
        {
            throw StatusErrors.BadRequest("Upgrade request required").AsException();
        }

        var headers = request.Http.Request.Headers;
        var isWebSocket = IsWebSocket(headers);
        if (!isWebSocket && !headers.Upgrade.ToString().StartsWith("SPDY/", StringComparison.OrdinalIgnoreCase))
        {
            throw StatusErrors.BadRequest("unable to upgrade: this server speaks WebSocket and SPDY/3.1 here").AsException();
        }

        await using var connection = await kubelets.DialAsync(kubelet, request.Aborted);
        if (isWebSocket && name == "portforward" && WebSocketProtocols.Of(headers).Contains(WebSocketProtocols.Tunnel))
        {
            await tunnel.RunTunneledAsync(request, upgrade, connection, path, kubelet.Authority);
            return;
        }

        if (isWebSocket && name != "portforward" && WebSocketProtocols.Of(headers).Contains(WebSocketProtocols.Closable))
        {
            await tunnel.RunTranslatedAsync(request, upgrade, connection, path, kubelet.Authority, Streams(request));
            return;
        }

        await tunnel.RunAsync(request, upgrade, connection, path, kubelet.Authority);
    }

    /// <summary>The streams a request asks for. A terminal has one for both outputs, and a size.</summary>
    private static bool IsWebSocket(IHeaderDictionary headers) => headers.Upgrade.ToString().Equals("websocket", StringComparison.OrdinalIgnoreCase);

    private static List<string> Streams(ApiRequest request)
    {
        var isTerminal = Asks(request, "tty");
        var streams = new List<string>();
        foreach (var type in (string[])["stdin", "stdout", "stderr"])
        {
            if (Asks(request, type) && !(isTerminal && type == "stderr"))
            {
                streams.Add(type);
            }
        }

        if (isTerminal)
        {
            streams.Add("resize");
        }

        return streams;
    }

    private static bool Asks(ApiRequest request, string flag) => request.Http.Request.Query[flag].ToString() is "true" or "1";

    private static (string Container, string Query) Query(ApiRequest request)
    {
        var container = "";
        var passed = new List<KeyValuePair<string, string?>>();
        foreach (var pair in new QueryStringEnumerable(request.Http.Request.QueryString.Value))
        {
            var (name, value) = (pair.DecodeName().ToString(), pair.DecodeValue().ToString());
            switch (name)
            {
                case "container":
                    container = value;
                    break;
                case "command" or "port" or "ports":
                    passed.Add(new(name, value));
                    break;
                case "stdin" or "stdout" or "stderr" or "tty" when value is "true" or "1":
                    passed.Add(new(name switch { "stdin" => "input", "stdout" => "output", "stderr" => "error", _ => "tty" }, "1"));
                    break;
                default:
                    break;
            }
        }

        return (container, QueryHelpers.AddQueryString("", passed));
    }
}
