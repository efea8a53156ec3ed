using Microsoft.Extensions.Logging;
using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;
using Navarch.Machinery.Quotas;
using Navarch.Storage;

namespace Navarch.ApiServer.Admission.Quotas;

/// <summary>
/// Holds namespaces to their quotas. What an object uses is written into the status of the quota before the object is
/// stored, by comparing and swapping: of two requests for the last of something one loses, on whichever server. What
/// goes is given back when it is gone. A server that stops in between leaves too much written down, never too little;
/// the quota controller puts that right.
/// </summary>
internal sealed partial class QuotaAccounts
{
    // The accounts are nobody's fields but the server's. New for each write, which collects warnings in them.
    private static WriteOptions AsServer => new(UserInfo.Server) { Subresource = "status" };

    private readonly LimitedUse limited;
    private readonly Kind quotas;
    private readonly ObjectWriter objects;
    private readonly TimeProvider time;
    private readonly ILogger log;

    /// <param name="limited">What nobody may use without a quota.</param>
    public QuotaAccounts(IReadOnlyList<LimitedResource> limited, Kind quotas, ObjectWriter objects, TimeProvider time, ILogger log)
    {
        this.limited = new LimitedUse(limited);
        this.quotas = quotas;
        this.objects = objects;
        this.time = time;
        this.log = log;
        quotas.Objects.KeepValues();
    }

    /// <summary>Charges what a write uses more than was used before. Null where no quota is in force.</summary>
    /// <param name="old">The object before an update; null for a create.</param>
    /// <exception cref="StatusException">403: a quota would be exceeded or is needed, or the object does not say what it uses.</exception>
    public async ValueTask<QuotaCharge?> ChargeAsync(Kind kind, IResource value, IResource? old, WriteOptions options, CancellationToken ct)
    {
        var space = value.Metadata.Namespace;
        var isLimited = limited.IsOf(kind.Hub.Type);
        if ((!isLimited && !AreIn(space)) || QuotaRule.Of(kind.Hub.Type) is not { } rule || !rule.IsCharged(old is null ? "CREATE" : "UPDATE", options.Subresource))
        {
            return null;
        }

        StatusException Refuse(string why) => StatusErrors.Forbidden(kind.Type, value.Metadata.Name, why).AsException();
        var matching = quotas.In<ResourceQuota>(space).Where(quota => rule.Matches(quota, value)).ToList();
        foreach (var quota in matching)
        {
            var counted = quota.Status.Hard.Keys.Where(rule.Tracks).ToList();
            if (rule.FindMissing(counted, value) is { } missing)
            {
                throw Refuse($"failed quota: {quota.Metadata.Name}: {missing}");
            }

            var unknown = counted.Where(name => !quota.Status.Used.ContainsKey(name)).ToList();
            if (unknown.Count > 0)
            {
                throw Refuse($"status unknown for quota: {quota.Metadata.Name}, resources: {string.Join(',', unknown)}");
            }
        }

        if (isLimited && limited.FindUncovered(kind.Hub.Type, rule, value, More(rule, value, old), matching) is { } uncovered)
        {
            throw Refuse(uncovered);
        }

        // What an update brings into the scope of a quota is new to that one, all of it.
        var wanted = matching
            .Select(quota => (Quota: quota, Delta: More(rule, value, old is not null && rule.Matches(quota, old) ? old : null)))
            .Where(static one => one.Delta.Keys.Any(one.Quota.Status.Hard.ContainsKey)).ToList();
        if (options.IsDryRun)
        {
            foreach (var (quota, delta) in wanted)
            {
                QuotaArithmetic.Charge(quota, delta, Refuse);
            }

            return null;
        }

        if (wanted.Count == 0)
        {
            return null;
        }

        // Whether there is room is decided where it is taken, on the quota as it is in the store: what is known here may be
        // older than what another server has given back.
        var charge = new QuotaCharge(this, space);
        try
        {
            foreach (var (quota, delta) in wanted)
            {
                if (await TryChangeAsync(space, quota.Metadata.Name, current => QuotaArithmetic.Charge(current, delta, Refuse), ct))
                {
                    charge.Charged.Add((quota.Metadata.Name, delta));
                }
            }
        }
        catch (StatusException)
        {
            await charge.RefundAsync();
            throw;
        }

        return charge;
    }

    /// <summary>Gives back what a write has made free. Does not throw: the write is made.</summary>
    /// <param name="after">Null when the object is gone.</param>
    public async ValueTask ReleaseAsync(Kind kind, IResource before, IResource? after)
    {
        var space = before.Metadata.Namespace;
        if (!AreIn(space) || QuotaRule.Of(kind.Hub.Type) is not { } rule || (after is not null && !rule.ChangesByUpdate))
        {
            return;
        }

        foreach (var quota in quotas.In<ResourceQuota>(space).Where(quota => rule.Matches(quota, before)).ToList())
        {
            var delta = More(rule, before, after is not null && rule.Matches(quota, after) ? after : null);
            if (delta.Keys.Any(quota.Status.Hard.ContainsKey))
            {
                await RefundAsync(space, quota.Metadata.Name, delta);
            }
        }
    }

    /// <summary>Whether anything is counted in the namespace: a look into the cache.</summary>
    public bool AreIn(string @namespace) => @namespace.Length > 0 && quotas.In<ResourceQuota>(@namespace).Any();

    /// <summary>Does not throw: where it fails, too much stays written down until the controller counts.</summary>
    internal async Task RefundAsync(string space, string quota, Map<Quantity> delta)
    {
        try
        {
            await TryChangeAsync(space, quota, current => QuotaArithmetic.Refund(current, delta), CancellationToken.None);
        }
        catch (Exception e) when (e is StatusException or StoreException or ObjectDisposedException)
        {
            LogNotRefunded(space, quota, e);
        }
    }

    /// <summary>False when the quota is gone.</summary>
    private async Task<bool> TryChangeAsync(string space, string name, Func<ResourceQuota, ResourceQuota> change, CancellationToken ct)
    {
        try
        {
            await objects.UpdateAsync(quotas, space, name, current => Unversioned(change((ResourceQuota)current.Value)), UpdateScope.Unowned, AsServer, ct);
            return true;
        }
        catch (StatusException e) when (e.Status.Reason == StatusReason.NotFound)
        {
            return false;
        }
    }

    // The change is made again for as long as others are faster.
    private static ResourceQuota Unversioned(ResourceQuota quota) => quota with { Metadata = quota.Metadata with { ResourceVersion = "" } };

    /// <summary>What the one uses more than the other.</summary>
    private Map<Quantity> More(QuotaRule rule, IResource value, IResource? other)
    {
        var now = time.GetUtcNow();
        var usage = rule.Usage(value, now);
        var before = other is null ? [] : rule.Usage(other, now);
        return Map.From([.. usage.Select(one => KeyValuePair.Create(one.Key, before.TryGetValue(one.Key, out var had) ? one.Value - had : one.Value)).Where(static rest => rest.Value.Value > 0)]);
    }

    [LoggerMessage(LogLevel.Warning, "what became free in {Namespace} was not taken off quota {Quota}; the quota controller will count anew")]
    private partial void LogNotRefunded(string @namespace, string quota, Exception cause);
}

/// <summary>What one write was charged, to be given back if it is not made.</summary>
internal sealed class QuotaCharge(QuotaAccounts accounts, string @namespace)
{
    /// <summary>Names of quotas, and what each was charged.</summary>
    public List<(string Quota, Map<Quantity> Amounts)> Charged { get; } = [];

    public async Task RefundAsync()
    {
        foreach (var (quota, amounts) in Charged)
        {
            await accounts.RefundAsync(@namespace, quota, amounts);
        }
    }
}
