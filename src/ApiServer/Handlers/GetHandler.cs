using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.WatchCache;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Handlers;

/// <summary>GET of one object.</summary>
internal sealed class GetHandler(Cache cache, ObjectWriter objects, TimeProvider time)
{
    public Task HandleAsync(ApiRequest request, Kind kind)
    {
        // An object in the cache is not older than any write that this server acknowledged: only for others' need one wait.
        return (request.Options.ResourceVersion == "0" || (request.Options.ResourceVersion.Length == 0 && !cache.IsShared))
            && kind.Objects.Current.Objects.Find(kind.Key(request.Info.Namespace, request.Info.Name)) is { } found
                ? Responses.WriteObjectAsync(request, 200, kind, found, time)
                : SlowAsync(request, kind);
    }

    private async Task SlowAsync(ApiRequest request, Kind kind)
    {
        var version = request.Options.ResourceVersion;
        if (!Revisions.TryParse(version.Length == 0 ? "0" : version, out var wanted))
        {
            throw StatusErrors.BadRequest("invalid resource version: " + Revisions.Problem(version)).AsException();
        }

        if (wanted > 0)
        {
            await cache.WaitForClientAsync(wanted, TimeSpan.FromSeconds(3), time, request.Aborted);
        }

        var found = await objects.FindAsync(kind, kind.Key(request.Info.Namespace, request.Info.Name), request.Aborted)
            ?? throw StatusErrors.NotFound(kind.Type, request.Info.Name).AsException();
        await Responses.WriteObjectAsync(request, 200, kind, found, time);
    }
}
