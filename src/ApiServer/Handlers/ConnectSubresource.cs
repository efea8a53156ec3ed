using Navarch.Api;
using Navarch.ApiServer.Admission.Webhooks;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Handlers;

/// <summary>A path below an object through which one connects to something. Admission is asked first, and may change what with.</summary>
internal abstract class ConnectSubresource(WebhookAdmission webhooks) : ISubresource
{
    public abstract SubresourceType? Describe(Kind kind);

    public async Task HandleAsync(ApiRequest request, Kind kind)
    {
        var info = request.Info;
        var (options, form) = ConnectOptions.Of(request);
        if (!webhooks.IsSilent)
        {
            options = await webhooks.AdmitAsync(
                new HookedRequest
                {
                    Operation = "CONNECT",
                    Kind = kind,
                    Options = request.Write,
                    Form = form,
                    Subresource = info.Subresource,
                    Namespace = info.Namespace,
                    Name = info.Name,
                    Value = options,
                },
                request.Aborted);
        }

        await ConnectAsync(request, kind, options);
    }

    /// <param name="options">What the request asks for, as admission left it: PodExecOptions and the like.</param>
    protected abstract Task ConnectAsync(ApiRequest request, Kind kind, IApiObject options);
}
