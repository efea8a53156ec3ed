using Navarch.Api;

namespace Navarch.ApiServer.Registry;

/// <summary>Everybody who has a say in a write, in the order in which they are asked.</summary>
internal sealed class AdmissionChain(IReadOnlyList<IAdmission> plugins)
{
    /// <inheritdoc cref="IAdmission.AdmitAsync"/>
    public async ValueTask<IResource> AdmitAsync(AdmissionRequest request, CancellationToken ct)
    {
        var value = request.Value;
        foreach (var plugin in plugins)
        {
            value = await plugin.AdmitAsync(ReferenceEquals(value, request.Value) ? request : request with { Value = value }, ct);
        }

        return value;
    }

    /// <inheritdoc cref="IAdmission.ValidateAsync"/>
    public async ValueTask ValidateAsync(AdmissionRequest request, CancellationToken ct)
    {
        foreach (var plugin in plugins)
        {
            await plugin.ValidateAsync(request, ct);
        }
    }
}
