using System.Globalization;
using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.ApiServer.Admission.Webhooks;
using Navarch.ApiServer.Pipeline;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Handlers;

/// <summary>What somebody who connects to a pod, a service or a node asks for in the path and the query.</summary>
internal static class ConnectOptions
{
    private static readonly HookForm Exec = new ConnectForm<PodExecOptions>();
    private static readonly HookForm Attach = new ConnectForm<PodAttachOptions>();
    private static readonly HookForm Forward = new ConnectForm<PodPortForwardOptions>();
    private static readonly HookForm PodProxy = new ConnectForm<PodProxyOptions>();
    private static readonly HookForm ServiceProxy = new ConnectForm<ServiceProxyOptions>();
    private static readonly HookForm NodeProxy = new ConnectForm<NodeProxyOptions>();

    /// <exception cref="StatusException">400: a port is no number.</exception>
    public static (IApiObject Options, HookForm Form) Of(ApiRequest request)
    {
        var query = request.Http.Request.Query;
        return (request.Info.Resource, request.Info.Subresource) switch
        {
            ("pods", "exec") => (
                new PodExecOptions
                {
                    Stdin = Is("stdin"),
                    Stdout = Is("stdout"),
                    Stderr = Is("stderr"),
                    TTY = Is("tty"),
                    Container = query["container"].FirstOrDefault() ?? "",
                    Command = [.. query["command"].OfType<string>()],
                },
                Exec),
            ("pods", "attach") => (
                new PodAttachOptions { Stdin = Is("stdin"), Stdout = Is("stdout"), Stderr = Is("stderr"), TTY = Is("tty"), Container = query["container"].FirstOrDefault() ?? "" }, Attach),
            ("pods", "portforward") => (
                new PodPortForwardOptions { Ports = [.. query["ports"].Concat(query["port"]).OfType<string>().SelectMany(static ports => ports.Split(',')).Select(Port)] }, Forward),
            ("pods", _) => (new PodProxyOptions { Path = request.Info.Rest }, PodProxy),
            ("services", _) => (new ServiceProxyOptions { Path = request.Info.Rest }, ServiceProxy),
            _ => (new NodeProxyOptions { Path = request.Info.Rest }, NodeProxy),
        };

        bool Is(string flag) => query[flag] is [{ } value, ..] && value != "0" && !value.Equals("false", StringComparison.OrdinalIgnoreCase);
    }

    private static int Port(string text) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
        ? port
        : throw StatusErrors.BadRequest($"cannot convert to []int32: {GoText.Quote(text)} is no port").AsException();
}
