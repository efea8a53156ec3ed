using Navarch.ApiServer.Admission.Webhooks;
using Navarch.ApiServer.Fairness;
using Navarch.ApiServer.Metrics;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.WatchCache;
using Navarch.Storage;

namespace Navarch.ApiServer.Handlers;

/// <summary>Figures of the server in Prometheus' text form, under upstream's names. Nothing is counted anew to be shown.</summary>
internal sealed class MetricsHandler(RequestMetrics requests, FlowControl flows, WebhookMetrics webhooks, Cache cache, IRevisionStore store, TimeProvider time)
{
    private readonly double startSeconds = time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;

    public Task? TryHandle(ApiRequest request)
    {
        if (request.Info is not { Verb: "get" or "head", Path: "/metrics" })
        {
            return null;
        }

        var text = new MetricsText();
        requests.Write(text);
        flows.Write(text);
        webhooks.Write(text);
        WriteWatches(text);
        WriteCache(text);
        WriteObjects(text);
        WriteProcess(text);
        return Responses.WriteBytesAsync(request.Http, 200, "text/plain; version=0.0.4; charset=utf-8", text.ToUtf8(), endsLine: false);
    }

    private void WriteWatches(MetricsText text)
    {
        text.Begin("apiserver_longrunning_requests", "gauge", "Requests under way that have no natural end.");
        foreach (var collection in cache.Collections)
        {
            var type = collection.Kind.Type;
            text.Add($"component=\"apiserver\",group=\"{type.Group}\",resource=\"{type.Plural}\",scope=\"cluster\",subresource=\"\",verb=\"WATCH\",version=\"{type.Version}\"", collection.WatcherCount);
        }

        text.Begin("apiserver_watch_events_total", "counter", "Events sent to watchers.");
        foreach (var collection in cache.Collections)
        {
            text.Add(Kinds(collection), collection.Counters.EventSizes.Count);
        }

        text.Begin("apiserver_watch_events_sizes", "histogram", "Sizes of the events sent to watchers, in bytes.");
        foreach (var collection in cache.Collections)
        {
            if (collection.Counters.EventSizes.Count > 0)
            {
                text.Add(Kinds(collection), collection.Counters.EventSizes);
            }
        }

        Each(text, "apiserver_init_events_total", "counter", "Events that told watchers what existed when they began.", static collection => collection.Counters.InitialEvents);
        Each(text, "apiserver_terminated_watchers_total", "counter", "Watchers that were ended because they were too slow.", static collection => collection.Counters.CutOff);
    }

    private void WriteCache(MetricsText text)
    {
        Each(text, "apiserver_watch_cache_events_received_total", "counter", "Changes the watch cache got from the store.", static collection => collection.Counters.Received);
        Each(text, "apiserver_watch_cache_events_dispatched_total", "counter", "Changes the watch cache offered to watchers.", static collection => collection.Counters.Received);
        Each(text, "apiserver_watch_cache_initializations_total", "counter", "How often the watch cache was read anew from the store.", _ => 1 + cache.Relists);
        Each(text, "apiserver_watch_cache_resource_version", "gauge", "The version up to which the watch cache is complete.", _ => cache.Applied);
        Each(text, "apiserver_cache_list_total", "counter", "Lists served from the watch cache.", static collection => collection.Counters.Lists);
        Each(text, "apiserver_cache_list_returned_objects_total", "counter", "Objects returned by lists from the watch cache.", static collection => collection.Counters.Listed);
    }

    private void WriteObjects(MetricsText text)
    {
        text.Begin("apiserver_storage_objects", "gauge", "Objects in the store.");
        foreach (var collection in cache.Collections)
        {
            text.Add($"resource=\"{collection.Kind.Type.GroupResource}\"", collection.Current.Objects.Count);
        }

        Each(text, "apiserver_resource_objects", "gauge", "Objects in the store.", static collection => collection.Current.Objects.Count);
        text.Add("navarch_store_revision", "gauge", "The newest durable revision.", store.CurrentRevision);
        text.Add("navarch_cache_revision", "gauge", "The revision up to which reads are complete.", cache.Applied);
    }

    private void WriteProcess(MetricsText text)
    {
        text.Add("process_cpu_seconds_total", "counter", "Processor time of this process.", Environment.CpuUsage.TotalTime.TotalSeconds);
        text.Add("process_resident_memory_bytes", "gauge", "Memory of this process that is in use.", Environment.WorkingSet);
        text.Add("process_start_time_seconds", "gauge", "When the server was started, in seconds since 1970.", startSeconds);
        if (Directory.Exists("/proc/self/fd"))
        {
            text.Add("process_open_fds", "gauge", "Files this process has open.", Directory.EnumerateFileSystemEntries("/proc/self/fd").Count());
            text.Add("process_max_fds", "gauge", "Files it may have open.", DescriptorLimit.Current);
        }

        text.Add("dotnet_gc_heap_bytes", "gauge", "Memory the collector manages.", GC.GetTotalMemory(forceFullCollection: false));
        text.Add("dotnet_gc_pause_seconds_total", "counter", "Time all threads stood still for the collector.", GC.GetTotalPauseDuration().TotalSeconds);
        text.Add("dotnet_gc_allocated_bytes_total", "counter", "Memory asked for since the start.", GC.GetTotalAllocatedBytes());
        text.Add("dotnet_threadpool_threads", "gauge", "Threads that serve requests.", ThreadPool.ThreadCount);
    }

    private void Each(MetricsText text, string name, string type, string help, Func<Collection, double> value)
    {
        text.Begin(name, type, help);
        foreach (var collection in cache.Collections)
        {
            text.Add($"group=\"{collection.Kind.Type.Group}\",resource=\"{collection.Kind.Type.Plural}\"", value(collection));
        }
    }

    private static string Kinds(Collection collection)
    {
        var type = collection.Kind.Type;
        return $"group=\"{type.Group}\",kind=\"{type.Kind}\",resource=\"{type.Plural}\",version=\"{type.Version}\"";
    }
}
