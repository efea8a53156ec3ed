using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>Hints about pods that are valid, but hardly what was meant.</summary>
internal static class PodWarnings
{
    private const string SeccompPod = "seccomp.security.alpha.kubernetes.io/pod";
    private const string SeccompContainer = "container.seccomp.security.alpha.kubernetes.io/";
    private const string AppArmorContainer = "container.apparmor.security.beta.kubernetes.io/";
    private const string UseSeccompField = "non-functional in v1.27+; use the \"seccompProfile\" field instead";

    private static readonly (string Key, string Hint)[] Annotations =
    [
        ("scheduler.alpha.kubernetes.io/critical-pod", "non-functional in v1.16+; use the \"priorityClassName\" field instead"),
        ("security.alpha.kubernetes.io/sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead"),
        ("security.alpha.kubernetes.io/unsafe-sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead"),
    ];

    private static readonly (string Field, Func<Volume, object?> Source, string Hint)[] Volumes =
    [
        ("photonPersistentDisk", static volume => volume.PhotonPersistentDisk, "deprecated in v1.11, non-functional in v1.16+"),
        ("gitRepo", static volume => volume.GitRepo, "deprecated in v1.11, and disabled by default in v1.33+"),
        ("scaleIO", static volume => volume.ScaleIO, "deprecated in v1.16, non-functional in v1.22+"),
        ("flocker", static volume => volume.Flocker, "deprecated in v1.22, non-functional in v1.25+"),
        ("storageOS", static volume => volume.StorageOS, "deprecated in v1.22, non-functional in v1.25+"),
        ("quobyte", static volume => volume.Quobyte, "deprecated in v1.22, non-functional in v1.25+"),
        ("glusterfs", static volume => volume.Glusterfs, "deprecated in v1.25, non-functional in v1.26+"),
        ("cephfs", static volume => volume.CephFS, "deprecated in v1.28, non-functional in v1.31+"),
        ("rbd", static volume => volume.RBD, "deprecated in v1.28, non-functional in v1.31+"),
    ];

    /// <param name="path">Of the template within its kind.</param>
    public static IEnumerable<string> OfTemplate(PodTemplateSpec template, string path) => Of(template.Spec, template.Metadata, path + ".");

    public static IEnumerable<string> OfPod(Pod pod) => Of(pod.Spec, pod.Metadata, "");

    /// <summary>A name that pods of a kind get names and hostnames from.</summary>
    public static IEnumerable<string> OfName(string name, string use = "Pod names and hostnames") => name.Length > 0 && Names.LabelProblem(name) is { } problem
        ? [$"metadata.name: this is used in {use}, which can result in surprising behavior; a DNS label is recommended: [{problem}]"]
        : [];

    /// <summary>Amounts of bytes that are not whole.</summary>
    public static IEnumerable<string> Fractions(Map<Quantity> amounts, string path, params string[] names)
    {
        foreach (var name in names)
        {
            if (amounts.TryGetValue(name, out var amount) && amount.MilliValue % 1000 != 0)
            {
                yield return $"{path}[{name}]: fractional byte value {GoText.Quote(amount.ToString())} is invalid, must be an integer";
            }
        }
    }

    private static IEnumerable<string> Of(PodSpec spec, ObjectMeta metadata, string prefix)
    {
        var path = prefix + "spec";
        var isTemplate = prefix.Length > 0;
        return
        [
            .. DeprecatedLabels.OfSelector(spec.NodeSelector.Keys, $"{path}.nodeSelector"),
            .. OfAffinity(spec.Affinity?.NodeAffinity, $"{path}.affinity.nodeAffinity"),
            .. spec.TopologySpreadConstraints.SelectMany((constraint, i) => OfConstraint(constraint, $"{path}.topologySpreadConstraints[{i}]")),
            .. Annotations.Where(one => metadata.Annotations.ContainsKey(one.Key)).Select(one => $"{prefix}metadata.annotations[{one.Key}]: {one.Hint}"),
            .. spec.Volumes.SelectMany((volume, i) => OfVolume(volume, $"{path}.volumes[{i}]")),
            .. Repeated(spec.HostAliases, static alias => alias.IP, $"{path}.hostAliases", "ip"),
            .. Repeated(spec.ImagePullSecrets, static secret => secret.Name, $"{path}.imagePullSecrets", "name"),
            .. spec.ImagePullSecrets.Select(static (secret, i) => (secret, i)).Where(static one => one.secret.Name.Length == 0).Select(one => $"{path}.imagePullSecrets[{one.i}].name: invalid empty name \"\""),
            .. Fractions(spec.Overhead, $"{path}.overhead", "memory", "ephemeral-storage"),
            .. spec.SecurityContext?.SeccompProfile is null && metadata.Annotations.ContainsKey(SeccompPod) ? [$"{prefix}metadata.annotations[{SeccompPod}]: {UseSeccompField}"] : Array.Empty<string>(),
            .. AllContainers(spec, path).SelectMany(one => OfContainer(one.Container, one.Path, metadata, spec, prefix, isTemplate)),
            .. OfPorts([.. AllContainers(spec, path)]),
            .. OfPodAffinity(spec.Affinity, $"{path}.affinity"),
        ];
    }

    private static IEnumerable<(Container Container, string Path)> AllContainers(PodSpec spec, string path) =>
    [
        .. spec.InitContainers.Select((container, i) => (container, $"{path}.initContainers[{i}]")),
        .. spec.Containers.Select((container, i) => (container, $"{path}.containers[{i}]")),
    ];

    private static IEnumerable<string> OfAffinity(NodeAffinity? affinity, string path) => affinity is null ? [] :
    [
        .. DeprecatedLabels.OfTerms(affinity.RequiredDuringSchedulingIgnoredDuringExecution?.NodeSelectorTerms ?? [], $"{path}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"),
        .. affinity.PreferredDuringSchedulingIgnoredDuringExecution.SelectMany((term, i) => DeprecatedLabels.OfTerm(term.Preference, $"{path}.preferredDuringSchedulingIgnoredDuringExecution[{i}].preference")),
    ];

    private static IEnumerable<string> OfPodAffinity(Affinity? affinity, string path) => affinity is null ? [] :
    [
        .. Required(affinity.PodAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? [], $"{path}.podAffinity"),
        .. Preferred(affinity.PodAffinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? [], $"{path}.podAffinity"),
        .. Required(affinity.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? [], $"{path}.podAntiAffinity"),
        .. Preferred(affinity.PodAntiAffinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? [], $"{path}.podAntiAffinity"),
    ];

    private static IEnumerable<string> Required(IReadOnlyList<PodAffinityTerm> terms, string path) =>
        terms.SelectMany((term, i) => NoSelector(term.LabelSelector, $"{path}.requiredDuringSchedulingIgnoredDuringExecution[{i}]"));

    private static IEnumerable<string> Preferred(IReadOnlyList<WeightedPodAffinityTerm> terms, string path) =>
        terms.SelectMany((term, i) => NoSelector(term.PodAffinityTerm.LabelSelector, $"{path}.preferredDuringSchedulingIgnoredDuringExecution[{i}].podAffinityTerm"));

    private static IEnumerable<string> NoSelector(LabelSelector? selector, string path) => selector is null ? [$"{path}.labelSelector: a null labelSelector results in matching no pod"] : [];

    private static IEnumerable<string> OfConstraint(TopologySpreadConstraint constraint, string path) =>
        DeprecatedLabels.OfKey(constraint.TopologyKey, $"{path}.topologyKey").Concat(NoSelector(constraint.LabelSelector, path));

    private static IEnumerable<string> OfVolume(Volume volume, string path)
    {
        foreach (var (field, source, hint) in Volumes)
        {
            if (source(volume) is not null)
            {
                yield return $"{path}.{field}: {hint}";
            }
        }

        if (volume.Ephemeral?.VolumeClaimTemplate is { } template)
        {
            foreach (var warning in Fractions(template.Spec.Resources.Requests, $"{path}.ephemeral.volumeClaimTemplate.spec.resources.requests", "storage"))
            {
                yield return warning;
            }
        }
    }

    private static IEnumerable<string> Repeated<T>(IReadOnlyList<T> list, Func<T, string> key, string path, string field)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < list.Count; i++)
        {
            if (!seen.Add(key(list[i])))
            {
                yield return $"{path}[{i}].{field}: duplicate {field} {GoText.Quote(key(list[i]))}";
            }
        }
    }

    private static IEnumerable<string> OfContainer(Container container, string path, ObjectMeta metadata, PodSpec spec, string prefix, bool isTemplate)
    {
        if (container.SecurityContext?.SeccompProfile is null && metadata.Annotations.ContainsKey(SeccompContainer + container.Name))
        {
            yield return $"{prefix}metadata.annotations[{SeccompContainer}{container.Name}]: {UseSeccompField}";
        }

        var hasAppArmor = spec.SecurityContext?.AppArmorProfile is not null || container.SecurityContext?.AppArmorProfile is not null;
        if (isTemplate && !hasAppArmor && metadata.Annotations.ContainsKey(AppArmorContainer + container.Name))
        {
            yield return $"{prefix}metadata.annotations[{AppArmorContainer}{container.Name}]: deprecated since v1.30; use the \"appArmorProfile\" field instead";
        }

        foreach (var name in (string[])["memory", "ephemeral-storage"])
        {
            foreach (var warning in Fractions(container.Resources.Limits, $"{path}.resources.limits", name).Concat(Fractions(container.Resources.Requests, $"{path}.resources.requests", name)))
            {
                yield return warning;
            }
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < container.Env.Count; i++)
        {
            var variable = container.Env[i];
            if (names.Add(variable.Name))
            {
                continue;
            }

            var itself = $"$({variable.Name})";
            var extends = variable.ValueFrom is null && variable.Value != itself && variable.Value.Contains(itself, StringComparison.Ordinal);
            if (!extends)
            {
                yield return $"{path}.env[{i}]: hides previous definition of {GoText.Quote(variable.Name)}, which may be dropped when using apply";
            }
        }
    }

    /// <summary>Ports of all containers, which share the addresses of the pod.</summary>
    private static IEnumerable<string> OfPorts(IReadOnlyList<(Container Container, string Path)> containers)
    {
        // Whoever lists one port a thousand times is told of the first few.
        const int ComparedMax = 16;
        var byPort = new Dictionary<(int, string), List<(ContainerPort Port, string Path)>>();
        foreach (var (container, path) in containers)
        {
            for (var i = 0; i < container.Ports.Count; i++)
            {
                var (port, at) = (container.Ports[i], $"{path}.ports[{i}]");
                if (!byPort.TryGetValue((port.ContainerPortValue, port.Protocol), out var seen))
                {
                    byPort[(port.ContainerPortValue, port.Protocol)] = seen = [];
                }

                foreach (var (other, place) in seen)
                {
                    if (other.HostIP == port.HostIP && other.HostPort == port.HostPort)
                    {
                        yield return $"{at}: duplicate port definition with {place}";
                    }
                    else if (port.HostPort == 0 || other.HostPort == 0)
                    {
                        yield return $"{at}: overlapping port definition with {place}";
                    }
                }

                if (seen.Count < ComparedMax)
                {
                    seen.Add((port, at));
                }
            }
        }

        var places = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (container, path) in containers)
        {
            var own = new Dictionary<string, string>(StringComparer.Ordinal);
            for (var i = 0; i < container.Ports.Count; i++)
            {
                var name = container.Ports[i].Name;
                if (name.Length == 0)
                {
                    continue;
                }

                own.TryAdd(name, $"{path}.ports[{i}].name");
                if (places.TryGetValue(name, out var before))
                {
                    yield return $"{own[name]}: duplicate port name {GoText.Quote(name)} with {before}, services and probes that select ports by name will use {before}";
                }
            }

            foreach (var (name, place) in own)
            {
                places.TryAdd(name, place);
            }
        }
    }
}
