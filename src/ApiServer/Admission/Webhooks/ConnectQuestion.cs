using System.Globalization;
using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Admission.Webhooks;

/// <summary>What webhooks are asked about somebody who wants to connect to a pod, a service or a node.</summary>
internal static class ConnectQuestion
{
    /// <returns>Null where the request connects to nothing.</returns>
    public static HookedRequest? Of(ApiRequest request, Kind kind)
    {
        var info = request.Info;
        return OptionsOf(request) is not { } options ? null : new HookedRequest
        {
            Operation = "CONNECT",
            Kind = kind,
            Options = request.Write,
            Form = new ConnectForm(options.GetType().Name),
            Subresource = info.Subresource,
            Namespace = info.Namespace,
            Name = info.Name,
            Value = options,
        };
    }

    private static IApiObject? OptionsOf(ApiRequest request)
    {
        var query = request.Http.Request.Query;
        return (request.Info.Resource, request.Info.Subresource) switch
        {
            ("pods", "exec") => new PodExecOptions
            {
                Stdin = Is("stdin"),
                Stdout = Is("stdout"),
                Stderr = Is("stderr"),
                TTY = Is("tty"),
                Container = query["container"].ToString(),
                Command = [.. query["command"].OfType<string>()],
            },
            ("pods", "attach") => new PodAttachOptions { Stdin = Is("stdin"), Stdout = Is("stdout"), Stderr = Is("stderr"), TTY = Is("tty"), Container = query["container"].ToString() },
            ("pods", "portforward") => new PodPortForwardOptions { Ports = [.. query["ports"].Select(static port => int.TryParse(port, CultureInfo.InvariantCulture, out var number) ? number : 0)] },
            ("pods", "proxy") => new PodProxyOptions { Path = request.Info.Rest },
            ("services", "proxy") => new ServiceProxyOptions { Path = request.Info.Rest },
            ("nodes", "proxy") => new NodeProxyOptions { Path = request.Info.Rest },
            _ => null,
        };

        bool Is(string flag) => query[flag].ToString() is "true" or "1";
    }
}
