using System.Collections.Concurrent;
using Navarch.ApiServer.Metrics;

namespace Navarch.ApiServer.Admission.Webhooks;

/// <summary>One webhook asked about one kind of operation, as metrics tell calls apart. Names are those of configurations.</summary>
internal readonly record struct HookCall(string Name, string Operation, bool IsMutating)
{
    public HookCall(Webhook hook, string operation)
        : this(hook.Name, operation, hook.IsMutating)
    {
    }

    public string Type => IsMutating ? "admit" : "validating";
}

/// <summary>Counts and times calls of webhooks under upstream's metric names.</summary>
internal sealed class WebhookMetrics
{
    public const string NoError = "no_error";
    public const string CallingFailed = "calling_webhook_error";
    public const string ServerFailed = "apiserver_internal_error";

    // Beyond so many names the rest is not told apart: configurations come and go, series stay.
    private const int SeriesMax = 2_000;

    private static readonly double[] Seconds = [0.005, 0.025, 0.1, 0.5, 1, 2.5, 10, 25];

    private readonly ConcurrentDictionary<(HookCall Call, bool IsRejected), Histogram> durations = new();
    private readonly ConcurrentDictionary<(HookCall Call, bool IsRejected, int Code), long> requests = new();
    private readonly ConcurrentDictionary<(HookCall Call, string Error, int Code), long> rejections = new();
    private readonly ConcurrentDictionary<HookCall, long> opened = new();

    /// <param name="code">Of the answer; 0 where there was none.</param>
    public void Answered(HookCall call, int code, TimeSpan elapsed, bool isRejected)
    {
        if (HasRoom(durations, (call, isRejected)))
        {
            durations.GetOrAdd((call, isRejected), static _ => new Histogram(Seconds)).Add(elapsed.TotalSeconds);
        }

        Count(requests, (call, isRejected, code));
    }

    /// <param name="code">What the client is told; 0 where the webhook could not be asked.</param>
    public void Rejected(HookCall call, string error, int code) => Count(rejections, (call, error, Math.Min(code, 600)));

    public void FailedOpen(HookCall call) => Count(opened, call with { Operation = "" });

    public void Write(MetricsText text)
    {
        text.Begin("apiserver_admission_webhook_admission_duration_seconds", "histogram", "How long webhooks took to answer, in seconds.");
        foreach (var (key, value) in durations)
        {
            text.Add($"{Labels(key.Call)},rejected=\"{Text(key.IsRejected)}\",type=\"{key.Call.Type}\"", value);
        }

        text.Begin("apiserver_admission_webhook_request_total", "counter", "Calls of webhooks by code of the answer.");
        foreach (var (key, count) in requests)
        {
            text.Add($"code=\"{key.Code}\",{Labels(key.Call)},rejected=\"{Text(key.IsRejected)}\",type=\"{key.Call.Type}\"", count);
        }

        text.Begin("apiserver_admission_webhook_rejection_count", "counter", "Requests refused by webhooks, or because one could not be asked.");
        foreach (var (key, count) in rejections)
        {
            text.Add($"error_type=\"{key.Error}\",{Labels(key.Call)},rejection_code=\"{key.Code}\",type=\"{key.Call.Type}\"", count);
        }

        text.Begin("apiserver_admission_webhook_fail_open_count", "counter", "Requests that went on although a webhook could not be asked.");
        foreach (var (call, count) in opened)
        {
            text.Add($"name=\"{call.Name}\",type=\"{call.Type}\"", count);
        }
    }

    private static string Labels(HookCall call) => $"name=\"{call.Name}\",operation=\"{call.Operation}\"";

    private static string Text(bool value) => value ? "true" : "false";

    private static bool HasRoom<TKey, TValue>(ConcurrentDictionary<TKey, TValue> series, TKey key) where TKey : notnull => series.ContainsKey(key) || series.Count < SeriesMax;

    private static void Count<TKey>(ConcurrentDictionary<TKey, long> series, TKey key) where TKey : notnull
    {
        if (HasRoom(series, key))
        {
            series.AddOrUpdate(key, 1, static (_, count) => count + 1);
        }
    }
}
