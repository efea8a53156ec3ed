using Navarch.Api;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Admission;

/// <summary>Refuses every change: to look at a cluster that must not be touched. Off by default.</summary>
internal sealed class DenyEverything : IAdmission
{
    // The server's own records are not for anybody to deny.
    public ValueTask<IResource> AdmitAsync(AdmissionRequest request, CancellationToken ct) => ReferenceEquals(request.Options.User, UserInfo.Server)
        ? new(request.Value)
        : throw StatusErrors.Forbidden(request.Kind.Type, request.Value.Metadata.Name, "admission control is denying all modifications").AsException();
}
