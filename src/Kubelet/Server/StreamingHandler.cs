using System.Globalization;
using Microsoft.AspNetCore.Http;
using Navarch.Kubelet.Cri;
using Navarch.Kubelet.Cri.V1;

namespace Navarch.Kubelet.Server;

/// <summary>
/// Answers exec, attach and port-forward: asks the runtime for a session and joins the caller's connection to it. What
/// flows through it, SPDY or WebSocket, is between the two ends.
/// </summary>
internal sealed class StreamingHandler(PodLookup lookup, IRuntime runtime, UpgradePipe pipe)
{
    public async Task ExecAsync(HttpContext http)
    {
        if (await lookup.FindRunningAsync(http) is not var (_, container))
        {
            return;
        }
        var query = http.Request.Query;
        var tty = Flag(query, "tty");
        var request = new ExecRequest
        {
            ContainerId = container.Id,
            Cmd = { query["command"].OfType<string>() },
            Tty = tty,
            Stdin = Flag(query, "input") || Flag(query, "stdin"),
            Stdout = Flag(query, "output") || Flag(query, "stdout"),
            // A terminal has one stream for both.
            Stderr = !tty && (Flag(query, "error") || Flag(query, "stderr")),
        };
        if (request.Cmd.Count == 0)
        {
            await PodLookup.RefuseAsync(http, StatusCodes.Status400BadRequest, "you must specify at least one command for the container");
            return;
        }
        await JoinAsync(http, () => runtime.ExecAsync(request, http.RequestAborted), request.Stdin || request.Stdout || request.Stderr);
    }

    public async Task AttachAsync(HttpContext http)
    {
        if (await lookup.FindRunningAsync(http) is not var (_, container))
        {
            return;
        }
        var query = http.Request.Query;
        var tty = Flag(query, "tty");
        var request = new AttachRequest
        {
            ContainerId = container.Id,
            Tty = tty,
            Stdin = Flag(query, "input") || Flag(query, "stdin"),
            Stdout = Flag(query, "output") || Flag(query, "stdout"),
            Stderr = !tty && (Flag(query, "error") || Flag(query, "stderr")),
        };
        await JoinAsync(http, () => runtime.AttachAsync(request, http.RequestAborted), request.Stdin || request.Stdout || request.Stderr);
    }

    public async Task PortForwardAsync(HttpContext http)
    {
        if (await lookup.FindPodAsync(http) is not var (_, state))
        {
            return;
        }
        if (state.Sandbox is not { IsReady: true } sandbox)
        {
            await PodLookup.RefuseAsync(http, StatusCodes.Status404NotFound, "the pod is not running");
            return;
        }
        var request = new PortForwardRequest { PodSandboxId = sandbox.Id };
        // A WebSocket names the ports here; SPDY names one for each stream.
        foreach (var text in http.Request.Query["port"].OfType<string>().Concat(http.Request.Query["ports"].OfType<string>()).SelectMany(ports => ports.Split(',')))
        {
            if (!int.TryParse(text, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535)
            {
                await PodLookup.RefuseAsync(http, StatusCodes.Status400BadRequest, $"{text} is not a port");
                return;
            }
            request.Port.Add(port);
        }
        await JoinAsync(http, () => runtime.PortForwardAsync(request, http.RequestAborted), hasStreams: true);
    }

    private async Task JoinAsync(HttpContext http, Func<Task<Uri>> open, bool hasStreams)
    {
        if (!hasStreams)
        {
            await PodLookup.RefuseAsync(http, StatusCodes.Status400BadRequest, "you must specify at least 1 of stdin, stdout, stderr");
            return;
        }
        Uri url;
        try
        {
            url = await open();
        }
        catch (CriException e)
        {
            await PodLookup.RefuseAsync(
                http, e.IsNotFound ? StatusCodes.Status404NotFound : StatusCodes.Status500InternalServerError, $"error opening the session: {e.Description}");
            return;
        }
        await pipe.JoinAsync(http, url);
    }

    private static bool Flag(IQueryCollection query, string name) => LogsHandler.IsTrue(query[name]);
}
