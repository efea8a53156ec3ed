using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Admission.Quotas;

/// <summary>Adds to and takes from what a quota says is used.</summary>
internal static class QuotaArithmetic
{
    /// <summary>The quota with the amounts added, as far as it counts them.</summary>
    /// <exception cref="StatusException">That would be more than it allows.</exception>
    public static ResourceQuota Charge(ResourceQuota quota, Map<Quantity> amounts, Func<string, StatusException> refuse)
    {
        var (hard, used) = (quota.Status.Hard, quota.Status.Used);
        var charged = used;
        List<string> exceeded = [];
        foreach (var (name, amount) in amounts)
        {
            if (!hard.TryGetValue(name, out var most))
            {
                continue;
            }

            var sum = used.TryGetValue(name, out var present) ? present + amount : amount;
            charged = charged.With(name, sum);
            if (sum > most)
            {
                exceeded.Add(name);
            }
        }

        return exceeded.Count == 0
            ? quota with { Status = quota.Status with { Used = charged } }
            : throw refuse($"exceeded quota: {quota.Metadata.Name}, requested: {Text(amounts)}, used: {Text(used)}, limited: {Text(hard)}");

        string Text(Map<Quantity> of) => string.Join(',', exceeded.Select(name => $"{name}={of.Find(name)}"));
    }

    /// <summary>The quota with the amounts taken off.</summary>
    public static ResourceQuota Refund(ResourceQuota quota, Map<Quantity> amounts)
    {
        var used = quota.Status.Used;
        foreach (var (name, amount) in amounts)
        {
            if (used.TryGetValue(name, out var present))
            {
                used = used.With(name, present > amount ? present - amount : present - present);
            }
        }

        return quota with { Status = quota.Status with { Used = used } };
    }
}
