using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.ApiServer.Admission.Webhooks;
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
internal sealed class UpgradeSubresource(string name, string optionsKind, PodTarget target, KubeletConnector kubelets, UpgradeTunnel tunnel, IAuthorizer authorizer, WebhookAdmission webhooks)
    : ConnectSubresource(webhooks)
{
    public override SubresourceType? Describe(Kind kind) => kind.Type == Pod.ResourceType ? new SubresourceType(name, "", "v1", optionsKind, "create", "get") : null;

    protected override async Task ConnectAsync(ApiRequest request, Kind kind, IApiObject options)
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
        var (container, query) = Query(options);
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
            await tunnel.RunTranslatedAsync(request, upgrade, connection, path, kubelet.Authority, Streams(options));
            return;
        }

        await tunnel.RunAsync(request, upgrade, connection, path, kubelet.Authority);
    }

    private static bool IsWebSocket(IHeaderDictionary headers) => headers.Upgrade.ToString().Equals("websocket", StringComparison.OrdinalIgnoreCase);

    /// <summary>The streams that are asked for. A terminal has one for both outputs, and a size.</summary>
    private static List<string> Streams(IApiObject options)
    {
        var (stdin, stdout, stderr, tty) = Flags(options);
        var streams = new List<string>();
        Add(stdin, "stdin");
        Add(stdout, "stdout");
        Add(stderr && !tty, "stderr");
        Add(tty, "resize");
        return streams;

        void Add(bool isAsked, string stream)
        {
            if (isAsked)
            {
                streams.Add(stream);
            }
        }
    }

    private static (bool Stdin, bool Stdout, bool Stderr, bool Terminal) Flags(IApiObject options) => options switch
    {
        PodExecOptions exec => (exec.Stdin, exec.Stdout, exec.Stderr, exec.TTY),
        PodAttachOptions attach => (attach.Stdin, attach.Stdout, attach.Stderr, attach.TTY),
        _ => default,
    };

    /// <summary>What the kubelet is asked, in its words.</summary>
    private static (string Container, string Query) Query(IApiObject options)
    {
        var (stdin, stdout, stderr, tty) = Flags(options);
        List<KeyValuePair<string, string?>> asked = [.. (options as PodExecOptions)?.Command.Select(static word => KeyValuePair.Create("command", (string?)word)) ?? []];
        Add(stdin, "input");
        Add(stdout, "output");
        Add(stderr, "error");
        Add(tty, "tty");
        if (options is PodPortForwardOptions { Ports: { Count: > 0 } ports })
        {
            asked.Add(new("port", string.Join(',', ports)));
        }

        return (options switch { PodExecOptions exec => exec.Container, PodAttachOptions attach => attach.Container, _ => "" }, QueryHelpers.AddQueryString("", asked));

        void Add(bool isAsked, string flag)
        {
            if (isAsked)
            {
                asked.Add(new(flag, "1"));
            }
        }
    }
}
