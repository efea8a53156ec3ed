using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Fairness;

/// <summary>How many seats a request takes while it is served: one, but for lists as many as there is to list.</summary>
internal static class RequestWidth
{
    private const int ObjectsPerSeat = 100;
    private const int Max = 10;

    public static int Of(RequestInfo info, RequestOptions options, Catalog catalog)
    {
        var isList = info.Verb == "list" || (info.Verb == "watch" && options.ResourceVersion is "" or "0");
        if (!isList || catalog.Find(info.Group, info.Version, info.Resource) is not { } kind)
        {
            return 1;
        }

        var count = kind.Objects.Current.Objects.Count;
        if (options.Limit > 0 && options.Limit < count)
        {
            count = options.Limit;
        }

        return Math.Clamp((count + ObjectsPerSeat - 1) / ObjectsPerSeat, 1, Max);
    }
}
