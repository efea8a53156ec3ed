using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Navarch.Api.Json;
using Navarch.Kubelet.Cri;
using Navarch.Kubelet.Cri.V1;
using Navarch.Kubelet.Nodes;
using Navarch.Kubelet.Pods;

namespace Navarch.Kubelet.Server;

/// <summary>Answers what runs here and what it uses: <c>/pods</c>, <c>/metrics/resource</c> and <c>/stats/summary</c>.</summary>
internal sealed class FiguresHandler(KubeletConfig config, PodWorkers pods, IRuntime runtime, Machine machine, TimeProvider time)
{
    public async Task PodsAsync(HttpContext http)
    {
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync("""{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[""");
        var first = true;
        foreach (var pod in pods.Current)
        {
            if (!first)
            {
                await http.Response.WriteAsync(",");
            }
            first = false;
            await http.Response.Body.WriteAsync(ApiJson.ToUtf8(pod));
        }
        await http.Response.WriteAsync("]}\n");
    }

    public async Task ResourceMetricsAsync(HttpContext http)
    {
        if (await StatsAsync(http) is not { } stats)
        {
            return;
        }
        var text = new StringBuilder();
        Family("container_cpu_usage_seconds_total", "counter", "Cumulative cpu time consumed by the container in core-seconds",
            stat => stat.Cpu?.UsageCoreNanoSeconds is { } nanoseconds ? nanoseconds.Value / 1e9 : null, stat => stat.Cpu.Timestamp);
        Family("container_memory_working_set_bytes", "gauge", "Current working set of the container in bytes",
            stat => stat.Memory?.WorkingSetBytes is { } bytes ? bytes.Value : null, stat => stat.Memory.Timestamp);
        text.Append("# HELP node_memory_working_set_bytes Current working set of the node in bytes\n# TYPE node_memory_working_set_bytes gauge\n")
            .Append(CultureInfo.InvariantCulture, $"node_memory_working_set_bytes {machine.MemoryBytes - machine.MemoryAvailableBytes}\n")
            .Append("# HELP scrape_error 1 if there was an error while getting container metrics, 0 otherwise\n# TYPE scrape_error gauge\nscrape_error 0\n");
        http.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await http.Response.WriteAsync(text.ToString());

        void Family(string name, string type, string help, Func<ContainerStats, double?> value, Func<ContainerStats, long> at)
        {
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");
            foreach (var stat in stats)
            {
                if (value(stat) is { } number)
                {
                    var labels = stat.Attributes.Labels;
                    text.Append(CultureInfo.InvariantCulture, $"{name}{{container=\"{labels.GetValueOrDefault(RuntimeLabels.ContainerName)}\",namespace=\"{labels.GetValueOrDefault(RuntimeLabels.PodNamespace)}\",pod=\"{labels.GetValueOrDefault(RuntimeLabels.PodName)}\"}} {number} {at(stat) / 1_000_000}\n");
                }
            }
        }
    }

    public async Task SummaryAsync(HttpContext http)
    {
        if (await StatsAsync(http) is not { } stats)
        {
            return;
        }
        http.Response.ContentType = "application/json";
        var now = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteStartObject("node");
        json.WriteString("nodeName", config.NodeName);
        json.WriteStartObject("memory");
        json.WriteString("time", now);
        json.WriteNumber("availableBytes", machine.MemoryAvailableBytes);
        json.WriteNumber("workingSetBytes", machine.MemoryBytes - machine.MemoryAvailableBytes);
        json.WriteEndObject();
        var disk = machine.Disk();
        json.WriteStartObject("fs");
        json.WriteString("time", now);
        json.WriteNumber("capacityBytes", disk.Bytes);
        json.WriteNumber("availableBytes", disk.BytesFree);
        json.WriteNumber("usedBytes", disk.Bytes - disk.BytesFree);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartArray("pods");
        foreach (var pod in stats.GroupBy(stat => stat.Attributes.Labels.GetValueOrDefault(RuntimeLabels.PodUid, "")))
        {
            WritePod(json, pod.Key, [.. pod], now);
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WritePod(Utf8JsonWriter json, string uid, IReadOnlyList<ContainerStats> containers, string now)
    {
        json.WriteStartObject();
        json.WriteStartObject("podRef");
        json.WriteString("name", containers[0].Attributes.Labels.GetValueOrDefault(RuntimeLabels.PodName, ""));
        json.WriteString("namespace", containers[0].Attributes.Labels.GetValueOrDefault(RuntimeLabels.PodNamespace, ""));
        json.WriteString("uid", uid);
        json.WriteEndObject();
        json.WriteStartArray("containers");
        foreach (var container in containers)
        {
            json.WriteStartObject();
            json.WriteString("name", container.Attributes.Metadata.Name);
            json.WriteStartObject("cpu");
            json.WriteString("time", now);
            json.WriteNumber("usageCoreNanoSeconds", container.Cpu?.UsageCoreNanoSeconds?.Value ?? 0);
            json.WriteEndObject();
            json.WriteStartObject("memory");
            json.WriteString("time", now);
            json.WriteNumber("workingSetBytes", container.Memory?.WorkingSetBytes?.Value ?? 0);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private async Task<IReadOnlyList<ContainerStats>?> StatsAsync(HttpContext http)
    {
        try
        {
            return await runtime.ListContainerStatsAsync(http.RequestAborted);
        }
        catch (CriException e)
        {
            await PodLookup.RefuseAsync(http, StatusCodes.Status503ServiceUnavailable, e.Description);
            return null;
        }
    }
}
