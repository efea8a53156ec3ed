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
        ["resource.k8s.io"] = 15_900,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // All others are the one version of their group.
    private static readonly FrozenDictionary<(string Group, string Version), int> VersionPriorities = new Dictionary<(string Group, string Version), int>
    {
        [("", "v1")] = 1,
        [("autoscaling", "v2")] = 30,
        [("flowcontrol.apiserver.k8s.io", "v1")] = 21,
    }.ToFrozenDictionary();

    /// <summary>Higher comes first; groups unknown here come after all others.</summary>
    public static int PriorityOf(string group) => Priorities.GetValueOrDefault(group, 1000);

    /// <summary>Higher comes first among the versions of a group.</summary>
    public static int VersionPriorityOf(string group, string version) => VersionPriorities.GetValueOrDefault((group, version), 15);
}
