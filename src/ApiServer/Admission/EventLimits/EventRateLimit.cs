using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Admission.EventLimits;

/// <summary>Lets nobody fill the store with events. Off by default.</summary>
internal sealed class EventRateLimit(IEnumerable<EventLimit> limits, TimeProvider time) : IAdmission
{
    private readonly (string Type, TokenBuckets Buckets)[] limits =
        [.. limits.Select(limit => (limit.Type, new TokenBuckets(limit.PerSecond, limit.Burst, limit.Type == "Server" ? 1 : limit.CacheSize, time)))];

    public ValueTask ValidateAsync(AdmissionRequest request, CancellationToken ct)
    {
        if (request.Options.IsDryRun || request.Value is not Event written)
        {
            return default;
        }

        List<string> reached = [];
        foreach (var (type, buckets) in limits)
        {
            var key = KeyOf(type, written, request.Options.User.Name);
            if (!buckets.TryTake(key))
            {
                reached.Add($"limit reached on type {type} for key {key}");
            }
        }

        return reached.Count == 0 ? default : throw new Status
        {
            StatusValue = "Failure",
            Code = 429,
            Reason = StatusReason.TooManyRequests,
            Message = "Too many requests: " + (reached.Count == 1 ? reached[0] : $"[{string.Join(", ", reached)}]"),
        }.AsException();
    }

    private static string KeyOf(string type, Event written, string user) => type switch
    {
        "Namespace" => written.Metadata.Namespace,
        "User" => user,
        "SourceAndObject" => OriginOf(written),
        _ => "",
    };

    private static string OriginOf(Event written)
    {
        var (source, about) = (written.Source, written.InvolvedObject);
        return string.Concat([source.Component, source.Host, about.Kind, about.Namespace, about.Name, about.UID, about.APIVersion]);
    }
}
