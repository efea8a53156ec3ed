using Navarch.ApiServer.Authorization;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Pipeline;

/// <summary>
/// What is Navarch's own is below <c>/navarch/</c> and for those alone who hold the cluster's keys anyway, whatever roles say.
/// </summary>
internal static class Operators
{
    /// <exception cref="StatusException">403.</exception>
    public static void Require(ApiRequest request)
    {
        if (!request.User.IsIn("system:masters"))
        {
            throw Refusal.Of(request.User, request.Info, "only members of system:masters may");
        }
    }
}
