using Navarch.Api.Core.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>The rules of probes and lifecycle handlers.</summary>
internal static class ProbeValidation
{
    private static readonly string[] Schemes = [URIScheme.HTTP, URIScheme.HTTPS];

    public static void Probe(FieldErrors errors, FieldPath path, Probe? probe, bool mustSucceedOnce)
    {
        if (probe is null)
        {
            return;
        }

        Actions(errors, path, probe.Exec, probe.HTTPGet, probe.TCPSocket, probe.GRPC, null, null);
        errors.AtLeastZero(path, "initialDelaySeconds", probe.InitialDelaySeconds);
        errors.AtLeastZero(path, "timeoutSeconds", probe.TimeoutSeconds);
        errors.AtLeastZero(path, "periodSeconds", probe.PeriodSeconds);
        errors.AtLeastZero(path, "successThreshold", probe.SuccessThreshold);
        errors.AtLeastZero(path, "failureThreshold", probe.FailureThreshold);
        if (probe.TerminationGracePeriodSeconds is { } grace and <= 0)
        {
            errors.Invalid(path / "terminationGracePeriodSeconds", grace, "must be greater than 0");
        }

        if (mustSucceedOnce && probe.SuccessThreshold != 1)
        {
            errors.Invalid(path / "successThreshold", probe.SuccessThreshold, "must be 1");
        }
    }

    public static void Lifecycle(FieldErrors errors, FieldPath path, Lifecycle lifecycle, PodSpec spec)
    {
        Handler(errors, path / "postStart", lifecycle.PostStart, spec);
        Handler(errors, path / "preStop", lifecycle.PreStop, spec);
        if (lifecycle.StopSignal is not { } signal)
        {
            return;
        }

        if (spec.OS is null)
        {
            errors.Forbidden(path / "stopSignal", "may not be set for containers with empty `spec.os.name`");
        }
        else if (spec.OS.Name == OSName.Windows && signal is not ("SIGTERM" or "SIGKILL"))
        {
            errors.NotSupported(path / "stopSignal", signal, ["SIGKILL", "SIGTERM"]);
        }
    }

    private static void Handler(FieldErrors errors, FieldPath path, LifecycleHandler? handler, PodSpec spec)
    {
        if (handler is not null)
        {
            Actions(errors, path, handler.Exec, handler.HTTPGet, handler.TCPSocket, null, handler.Sleep, spec.TerminationGracePeriodSeconds ?? 30);
        }
    }

    private static void Actions(
        FieldErrors errors, FieldPath path, ExecAction? exec, HTTPGetAction? get, TCPSocketAction? socket, GRPCAction? grpc, SleepAction? sleep, long? grace)
    {
        var count = 0;
        if (exec is not null && Counted(path / "exec"))
        {
            if (exec.Command.Count == 0)
            {
                errors.Required(path / "exec" / "command");
            }
        }

        if (get is not null && Counted(path / "httpGet"))
        {
            HttpGet(errors, path / "httpGet", get);
        }

        if (socket is not null && Counted(path / "tcpSocket"))
        {
            errors.Port(path / "tcpSocket" / "port", socket.Port);
        }

        if (grpc is not null && Counted(path / "grpc"))
        {
            errors.PortNumber(path / "grpc" / "port", grpc.Port);
        }

        if (sleep is not null && Counted(path / "sleep") && (sleep.Seconds < 0 || sleep.Seconds > grace))
        {
            errors.Invalid(path / "sleep" / "seconds", sleep.Seconds, $"must be non-negative and less than terminationGracePeriodSeconds ({grace})");
        }

        if (count == 0)
        {
            errors.Required(path, "must specify a handler type");
        }

        bool Counted(FieldPath at)
        {
            if (count > 0)
            {
                errors.Forbidden(at, "may not specify more than 1 handler type");
            }

            return count++ == 0;
        }
    }

    private static void HttpGet(FieldErrors errors, FieldPath path, HTTPGetAction get)
    {
        errors.RequiredText(path, "path", get.Path);
        errors.Port(path / "port", get.Port);
        errors.OneOf(path, "scheme", get.Scheme, Schemes);
        for (var i = 0; i < get.HTTPHeaders.Count; i++)
        {
            var name = get.HTTPHeaders[i].Name;
            if (name.Length == 0 || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '-'))
            {
                errors.Invalid(
                    (path / "httpHeaders")[i] / "name",
                    name,
                    "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')");
            }
        }
    }
}
