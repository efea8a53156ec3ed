using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.WatchCache;

namespace Navarch.ApiServer.Handlers;

/// <summary>GET of a collection.</summary>
internal sealed class ListHandler(Cache cache, TimeProvider time)
{
    public async Task HandleAsync(ApiRequest request, Kind kind)
    {
        var format = request.Format(Offer.Forms);
        var page = await ListPage.ReadAsync(ListRequest.Of(kind, request.Info.Namespace, request.Options), cache, time, request.Aborted);
        await ListAnswer.WriteAsync(request, kind, page, format, time);
    }
}
