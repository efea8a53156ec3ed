using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Client;
using Navarch.Machinery.Pods;
using Navarch.Machinery.Tokens;
using Preconditions = Navarch.Api.Meta.V1.Preconditions;

namespace Navarch.Controllers;

/// <summary>
/// Ends tokens in Secrets that a cluster made for its accounts and that nobody uses: after a long time without use they are marked, so
/// that they are believed no longer, and after as long again they are removed. Secrets that somebody made for himself stay.
/// </summary>
/// <param name="secrets">Those of the type <c>kubernetes.io/service-account-token</c>.</param>
/// <param name="period">How long a token may be unused.</param>
public sealed class LegacyTokenCleaner(
    Informer<Secret> secrets, Informer<ServiceAccount> accounts, Informer<Pod> pods, IClient client, TimeProvider time, TimeSpan period) : IReconciler
{
    /// <summary>Where the API server says since when it notes the use of tokens.</summary>
    public static readonly NamespacedName Tracking = new(TokenSecrets.TrackingNamespace, TokenSecrets.TrackingName);

    // Use is noted by the day: to look more often shows nothing new.
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromDays(1);

    private enum Fate
    {
        Stay,
        Invalidate,
        Delete,
    }

    public string Name => "legacy-serviceaccount-token-cleaner-controller";

    public IEnumerable<Trigger> Triggers => [Trigger.On(secrets)];

    public async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken ct)
    {
        if (!secrets.TryGet(key, out var secret) || secret.Metadata.DeletionTimestamp is not null)
        {
            return ReconcileResult.Done;
        }

        var now = time.GetUtcNow();
        var fate = FateOf(secret, now - period);
        if (fate == Fate.Stay || !IsMadeByCluster(secret) || IsUsedByPod(secret) || !await IsTrackedLongEnoughAsync(now, ct))
        {
            return ReconcileResult.After(LookAgainAfter);
        }

        var metadata = secret.Metadata;
        if (fate == Fate.Delete)
        {
            // Who has used it, or taken the mark off, since it was seen here, keeps it.
            await client.DeleteAsync<Secret>(key, DeleteOptions.Empty with { Preconditions = new Preconditions { UID = metadata.UID, ResourceVersion = metadata.ResourceVersion } }, ct);
            return ReconcileResult.Done;
        }

        await client.PatchAsync<Secret>(key, Patch.Merge($$$$"""{"metadata":{"uid":"{{{{metadata.UID}}}}","labels":{"{{{{TokenSecrets.InvalidSince}}}}":"{{{{TokenSecrets.Day(now)}}}}"}}}"""), ct);
        return ReconcileResult.After(LookAgainAfter);
    }

    /// <param name="limit">What was used since then is in use.</param>
    private static Fate FateOf(Secret secret, DateTimeOffset limit)
    {
        var metadata = secret.Metadata;
        var used = metadata.Labels.Find(TokenSecrets.LastUsed);
        if (secret.Type != SecretType.ServiceAccountToken || metadata.CreationTimestamp is not { } created || created >= limit || (used is not null && !IsBefore(used, limit)))
        {
            return Fate.Stay;
        }

        return metadata.Labels.Find(TokenSecrets.InvalidSince) is not { } marked || !TokenSecrets.IsDay(marked) ? Fate.Invalidate
            : IsBefore(marked, limit) ? Fate.Delete
            : Fate.Stay;
    }

    // Its account names what was made for it. Of other Secrets nobody knows who counts on them.
    private bool IsMadeByCluster(Secret secret)
    {
        var annotations = secret.Metadata.Annotations;
        return annotations.Find(TokenSecrets.AccountName) is { Length: > 0 } name
            && accounts.Find(new NamespacedName(secret.Metadata.Namespace, name)) is { } account
            && (annotations.Find(TokenSecrets.AccountUid) is not { Length: > 0 } uid || uid == account.Metadata.UID)
            && account.Secrets.Any(reference => reference.Name == secret.Metadata.Name);
    }

    private bool IsUsedByPod(Secret secret) => pods.List(secret.Metadata.Namespace).Any(pod => PodReferences.Of(pod).Contains((Needed.Secret, secret.Metadata.Name)));

    // What was used before anybody noted it looks unused.
    private async Task<bool> IsTrackedLongEnoughAsync(DateTimeOffset now, CancellationToken ct) =>
        (await client.FindAsync<ConfigMap>(Tracking, ct))?.Data.Find(TokenSecrets.TrackedSince) is { } since
        && TokenSecrets.TryDay(since, out var day) && now >= day.AddDays(1) + period;

    // What is no day is left alone.
    private static bool IsBefore(string day, DateTimeOffset limit) => TokenSecrets.IsDay(day) && string.CompareOrdinal(day, TokenSecrets.Day(limit)) < 0;
}
