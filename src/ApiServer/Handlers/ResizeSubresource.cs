using Navarch.Api.Core.V1;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.Resources.Core;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Handlers;

/// <summary><c>pods/NAME/resize</c>: other resources for the containers of a pod that runs.</summary>
internal sealed class ResizeSubresource(ObjectWriter objects, TimeProvider time) : PodPartSubresource("resize", objects, time)
{
    private static readonly PodResource Rules = new();

    protected override Pod Take(Pod sent, Pod old, FieldErrors errors)
    {
        var pod = PodResize.Prepare(Rules.Default(sent), old);
        Rules.Validate(pod, errors);
        PodResize.Validate(errors, pod, old);
        return pod;
    }
}
