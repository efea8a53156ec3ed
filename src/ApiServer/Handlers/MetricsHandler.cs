using System.Globalization;
using System.Text;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.WatchCache;
using Navarch.Storage;

namespace Navarch.ApiServer.Handlers;

/// <summary>Figures of the server in Prometheus' text form, under upstream's names.</summary>
internal sealed class MetricsHandler(RequestMetrics requests, Cache cache, IRevisionStore store)
{
    public Task? TryHandle(ApiRequest request)
    {
        if (request.Info is not { Verb: "get", Path: "/metrics" })
        {
            return null;
        }

        var text = new StringBuilder(64 * 1024);
        requests.Write(text);
        text.Append("# TYPE apiserver_longrunning_requests gauge\n");
        foreach (var collection in cache.Collections)
        {
            var type = collection.Kind.Type;
            text.Append(CultureInfo.InvariantCulture, $"apiserver_longrunning_requests{{group=\"{type.Group}\",resource=\"{type.Plural}\",verb=\"WATCH\",version=\"{type.Version}\"}} {collection.WatcherCount}\n");
        }

        text.Append("# TYPE apiserver_storage_objects gauge\n");
        foreach (var collection in cache.Collections)
        {
            text.Append(CultureInfo.InvariantCulture, $"apiserver_storage_objects{{resource=\"{collection.Kind.Type.GroupResource}\"}} {collection.Current.Objects.Count}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"# TYPE navarch_store_revision gauge\nnavarch_store_revision {store.CurrentRevision}\n");
        text.Append(CultureInfo.InvariantCulture, $"# TYPE navarch_cache_revision gauge\nnavarch_cache_revision {cache.Applied}\n");
        text.Append(CultureInfo.InvariantCulture, $"# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes {Environment.WorkingSet}\n");
        text.Append(CultureInfo.InvariantCulture, $"# TYPE dotnet_gc_pause_seconds_total counter\ndotnet_gc_pause_seconds_total {GC.GetTotalPauseDuration().TotalSeconds}\n");
        text.Append(CultureInfo.InvariantCulture, $"# TYPE dotnet_gc_allocated_bytes_total counter\ndotnet_gc_allocated_bytes_total {GC.GetTotalAllocatedBytes()}\n");
        return Responses.WriteBytesAsync(request.Http, 200, "text/plain; version=0.0.4; charset=utf-8", Encoding.UTF8.GetBytes(text.ToString()), endsLine: false);
    }
}
