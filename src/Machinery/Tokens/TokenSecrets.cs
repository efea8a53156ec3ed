using System.Globalization;

namespace Navarch.Machinery.Tokens;

/// <summary>
/// What the API server and the controllers agree on about tokens of accounts that lie in Secrets (core/v1, type
/// <c>kubernetes.io/service-account-token</c>; KEP-2799).
/// </summary>
public static class TokenSecrets
{
    /// <summary>Annotation: whose token it is.</summary>
    public const string AccountName = "kubernetes.io/service-account.name";

    /// <summary>Annotation: the UID of that account.</summary>
    public const string AccountUid = "kubernetes.io/service-account.uid";

    /// <summary>Label: the day on which it was used last.</summary>
    public const string LastUsed = "kubernetes.io/legacy-token-last-used";

    /// <summary>Label: the day since when it is believed no more.</summary>
    public const string InvalidSince = "kubernetes.io/legacy-token-invalid-since";

    /// <summary>Namespace of the ConfigMap that says since when use is noted.</summary>
    public const string TrackingNamespace = "kube-system";

    /// <summary>Name of that ConfigMap.</summary>
    public const string TrackingName = "kube-apiserver-legacy-service-account-token-tracking";

    /// <summary>Its key.</summary>
    public const string TrackedSince = "since";

    private const string DayFormat = "yyyy-MM-dd";

    /// <summary>A day as labels have it. Days in this form are ordered as their texts are.</summary>
    public static string Day(DateTimeOffset time) => time.ToString(DayFormat, CultureInfo.InvariantCulture);

    public static bool IsDay(string? text) => TryDay(text, out _);

    /// <param name="day">When it begins, UTC.</param>
    public static bool TryDay(string? text, out DateTimeOffset day) =>
        DateTimeOffset.TryParseExact(text, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out day);
}
