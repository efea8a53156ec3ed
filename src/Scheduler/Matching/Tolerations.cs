using Navarch.Api.Core.V1;

namespace Navarch.Scheduler.Matching;

/// <summary>Which taints a pod puts up with.</summary>
internal static class Tolerations
{
    public static bool Tolerate(this IReadOnlyList<Toleration> tolerations, Taint taint)
    {
        for (var i = 0; i < tolerations.Count; i++)
        {
            if (Tolerates(tolerations[i], taint))
            {
                return true;
            }
        }

        return false;
    }

    public static bool TolerateAll(this IReadOnlyList<Toleration> tolerations, Taint[] taints)
    {
        foreach (var taint in taints)
        {
            if (!tolerations.Tolerate(taint))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>An empty effect stands for all effects; an empty key, which only Exists may have, for all keys.</summary>
    private static bool Tolerates(Toleration toleration, Taint taint) =>
        (toleration.Effect.Length == 0 || toleration.Effect == taint.Effect)
        && (toleration.Key.Length == 0 || toleration.Key == taint.Key)
        && toleration.Operator switch
        {
            "" or TolerationOperator.TolerationOpEqual => toleration.Value == taint.Value,
            TolerationOperator.TolerationOpExists => true,
            _ => false,
        };
}
