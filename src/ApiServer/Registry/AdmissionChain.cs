using Navarch.Api;
using Navarch.ApiServer.Admission.Webhooks;

namespace Navarch.ApiServer.Registry;

/// <summary>
/// Everybody who has a say in a write, in the order in which they are asked: plugins before webhooks. Whatever webhooks
/// change, plugins see: the last to look at an object is never somebody else's program.
/// </summary>
internal sealed class AdmissionChain(IReadOnlyList<IAdmission> plugins, WebhookAdmission webhooks)
{
    public WebhookAdmission Webhooks => webhooks;

    /// <inheritdoc cref="IAdmission.AdmitAsync"/>
    public async ValueTask<IResource> AdmitAsync(AdmissionRequest request, CancellationToken ct)
    {
        var value = await AskPluginsAsync(request, request.Value, ct);
        if (webhooks.Begin(request, value) is not { } round || !await round.RunAsync(ct))
        {
            return value;
        }

        round.Offer(await AskPluginsAsync(request, round.Value, ct));
        return await round.RunAsync(ct) ? await AskPluginsAsync(request, round.Value, ct) : round.Value;
    }

    /// <inheritdoc cref="IAdmission.ValidateAsync"/>
    public async ValueTask ValidateAsync(AdmissionRequest request, CancellationToken ct)
    {
        foreach (var plugin in plugins)
        {
            await plugin.ValidateAsync(request, ct);
        }

        await webhooks.ValidateAsync(request, ct);
    }

    /// <summary>Whether the object may go.</summary>
    /// <exception cref="Machinery.Errors.StatusException">It may not.</exception>
    public async ValueTask AdmitDeleteAsync(AdmissionRequest request, CancellationToken ct)
    {
        await AdmitAsync(request, ct);
        await webhooks.ValidateAsync(request, ct);
    }

    private async ValueTask<IResource> AskPluginsAsync(AdmissionRequest request, IResource value, CancellationToken ct)
    {
        foreach (var plugin in plugins)
        {
            value = await plugin.AdmitAsync(ReferenceEquals(value, request.Value) ? request : request with { Value = value }, ct);
        }

        return value;
    }
}
