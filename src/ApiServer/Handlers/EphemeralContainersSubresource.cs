using Navarch.Api.Core.V1;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.Resources.Core;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Handlers;

/// <summary><c>pods/NAME/ephemeralcontainers</c>: containers to look around with, added to a pod that runs.</summary>
internal sealed class EphemeralContainersSubresource(ObjectWriter objects, TimeProvider time) : PodPartSubresource("ephemeralcontainers", objects, time)
{
    private static readonly PodResource Rules = new();

    protected override Pod Take(Pod sent, Pod old, FieldErrors errors)
    {
        var pod = PodResource.PrepareForEphemeralUpdate(sent, old);
        Rules.ValidateEphemeralUpdate(pod, old, errors);
        return pod;
    }
}
