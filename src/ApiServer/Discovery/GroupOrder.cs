using System.Collections.Frozen;

namespace Navarch.ApiServer.Discovery;

/// <summary>The order in which groups are listed: a short name that several groups share means that of the first.</summary>
internal static class GroupOrder
{
    private static readonly FrozenDictionary<string, int> Priorities = new Dictionary<string, int>
    {
        [""] = 18_000,
        ["apiregistration.k8s.io"] = 17_900,
        ["apps"] = 17_800,
        ["events.k8s.io"] = 17_750,
        ["authentication.k8s.io"] = 17_700,
        ["authorization.k8s.io"] = 17_600,
        ["autoscaling"] = 17_500,
        ["batch"] = 17_400,
        ["certificates.k8s.io"] = 17_300,
        ["networking.k8s.io"] = 17_200,
        ["policy"] = 17_100,
        ["rbac.authorization.k8s.io"] = 17_000,
        ["storage.k8s.io"] = 16_800,
        ["apiextensions.k8s.io"] = 16_700,
        ["admissionregistration.k8s.io"] = 16_700,
        ["scheduling.k8s.io"] = 16_600,
        ["coordination.k8s.io"] = 16_500,
        ["node.k8s.io"] = 16_300,
        ["discovery.k8s.io"] = 16_200,
        ["flowcontrol.apiserver.k8s.io"] = 16_100,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Higher comes first; groups unknown here come after all others.</summary>
    public static int PriorityOf(string group) => Priorities.GetValueOrDefault(group, 1000);
}
