using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;

namespace Navarch.Client;

/// <summary>
/// Reports what happens to objects as core/v1 Events. Never in the way: a report goes into a bounded queue and is written by
/// <see cref="RunAsync"/>; when the queue or an object's share is full, the report is dropped and counted. The same report
/// again raises the count of the event there is.
/// </summary>
public sealed partial class EventRecorder(IClient client, string component, string host, TimeProvider time, ILogger log)
{
    // A burst of what a busy node reports in a minute.
    private const int QueueMax = 1000;

    private readonly Channel<Report> queue = Channel.CreateBounded<Report>(
        new BoundedChannelOptions(QueueMax) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });

    private readonly EventHistory history = new(time);
    private long dropped;
    private long lastNameTicks;

    /// <summary>Reports that were not written.</summary>
    public long Dropped => Interlocked.Read(ref dropped);

    /// <summary>Something went as it should.</summary>
    public void Normal(IResource regarding, string reason, string message) => Record(Reference(regarding), "Normal", reason, message);

    /// <summary>Something needs attention.</summary>
    public void Warning(IResource regarding, string reason, string message) => Record(Reference(regarding), "Warning", reason, message);

    /// <param name="type"><c>Normal</c> or <c>Warning</c>.</param>
    /// <param name="reason">One word in CamelCase, for machines.</param>
    public void Record(ObjectReference regarding, string type, string reason, string message)
    {
        if (!queue.Writer.TryWrite(new Report(regarding, type, reason, Shortened(message), time.GetUtcNow())))
        {
            Interlocked.Increment(ref dropped);
        }
    }

    /// <summary>Refers to an object. <c>fieldPath</c> may name a part, such as <c>spec.containers{web}</c>.</summary>
    public static ObjectReference Reference(IResource resource, string fieldPath = "") => new()
    {
        Kind = resource.GetResourceType().Kind,
        APIVersion = resource.GetResourceType().ApiVersion,
        Namespace = resource.Metadata.Namespace,
        Name = resource.Metadata.Name,
        UID = resource.Metadata.UID,
        ResourceVersion = resource.Metadata.ResourceVersion,
        FieldPath = fieldPath,
    };

    /// <summary>Writes reports until cancelled; then what is queued is lost.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        await foreach (var report in queue.Reader.ReadAllAsync(ct))
        {
            try
            {
                await WriteAsync(report, ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                throw;
            }
            catch (Exception e) when (e is ApiException || e.IsTransient)
            {
                // Reports are worth one attempt: a server in trouble must not be asked for more.
                Interlocked.Increment(ref dropped);
                LogDropped(log, report.Reason, report.Regarding.Name, e.Message);
            }
        }
    }

    private async Task WriteAsync(Report report, CancellationToken ct)
    {
        if (history.Admit(report) is not { } entry)
        {
            Interlocked.Increment(ref dropped);
            return;
        }

        if (entry.Stored is { } name)
        {
            try
            {
                await client.PatchAsync<Event>(name, Patch.StrategicMerge(Again(entry, report)), ct);
                return;
            }
            catch (ApiException e) when (e.IsNotFound)
            {
                entry.StartOver(report); // Events live for an hour; this one is over.
            }
        }

        var stored = await client.CreateAsync(First(entry, report), ct);
        entry.Stored = NamespacedName.Of(stored);
    }

    private static string Again(EventHistory.Entry entry, Report report) => string.Create(
        CultureInfo.InvariantCulture,
        $"{{\"count\":{entry.Count},\"lastTimestamp\":\"{report.At.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}\",\"message\":\"{System.Text.Json.JsonEncodedText.Encode(entry.Message)}\"}}");

    private Event First(EventHistory.Entry entry, Report report) => new()
    {
        Metadata = new ObjectMeta
        {
            Name = UniqueName(report),
            Namespace = report.Regarding.Namespace.Length > 0 ? report.Regarding.Namespace : "default",
        },
        InvolvedObject = report.Regarding,
        Reason = report.Reason,
        Message = entry.Message,
        Type = report.Type,
        Count = entry.Count,
        FirstTimestamp = entry.FirstAt,
        LastTimestamp = report.At,
        Source = new EventSource { Component = component, Host = host },
        ReportingController = component,
        ReportingInstance = host,
    };

    // The object's name and a time that no other event of this recorder has.
    private string UniqueName(Report report)
    {
        lastNameTicks = Math.Max(lastNameTicks + 1, report.At.UtcTicks);
        return string.Create(CultureInfo.InvariantCulture, $"{report.Regarding.Name}.{(lastNameTicks - DateTimeOffset.UnixEpoch.Ticks) * 100:x}");
    }

    private static string Shortened(string message)
    {
        const int bytesMax = 1024; // Of the API.
        if (Encoding.UTF8.GetByteCount(message) <= bytesMax)
        {
            return message;
        }

        var length = Math.Min(message.Length, bytesMax - 3);
        while (Encoding.UTF8.GetByteCount(message.AsSpan(0, length)) > bytesMax - 3)
        {
            length--;
        }

        return string.Concat(message.AsSpan(0, length), "...");
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Event {Reason} of {Name} was dropped: {Cause}")]
    private static partial void LogDropped(ILogger log, string reason, string name, string cause);

    /// <summary>Something that happened, once.</summary>
    internal sealed record Report(ObjectReference Regarding, string Type, string Reason, string Message, DateTimeOffset At);
}
