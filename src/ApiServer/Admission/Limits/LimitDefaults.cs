using Navarch.Api;
using Navarch.Api.Core.V1;

namespace Navarch.ApiServer.Admission.Limits;

/// <summary>Fills in what containers do not say they need or may use.</summary>
internal static class LimitDefaults
{
    /// <summary>Tells what was filled in.</summary>
    private const string Annotation = "kubernetes.io/limit-ranger";

    public static Pod Apply(Pod pod, LimitRange range)
    {
        Map<Quantity> limits = [];
        Map<Quantity> requests = [];
        foreach (var item in range.Spec.Limits)
        {
            if (item.Type == LimitType.Container)
            {
                limits = Merged(item.Default, limits, null);
                requests = Merged(item.DefaultRequest, requests, null);
            }
        }

        if (limits.Count + requests.Count == 0)
        {
            return pod;
        }

        var said = new List<string>();
        var containers = Each(pod.Spec.Containers, "container");
        var initContainers = Each(pod.Spec.InitContainers, "init container");
        return said.Count == 0 ? pod : pod with
        {
            Metadata = pod.Metadata with { Annotations = pod.Metadata.Annotations.With(Annotation, "LimitRanger plugin set: " + string.Join("; ", said)) },
            Spec = pod.Spec with { Containers = containers, InitContainers = initContainers },
        };

        IReadOnlyList<Container> Each(IReadOnlyList<Container> all, string what)
        {
            var result = new Container[all.Count];
            for (var i = 0; i < result.Length; i++)
            {
                var (setRequests, setLimits) = (new List<string>(), new List<string>());
                result[i] = all[i] with
                {
                    Resources = all[i].Resources with
                    {
                        Limits = Merged(all[i].Resources.Limits, limits, setLimits),
                        Requests = Merged(all[i].Resources.Requests, requests, setRequests),
                    },
                };
                Say(setRequests, "request", what, all[i].Name);
                Say(setLimits, "limit", what, all[i].Name);
            }

            return result;
        }

        void Say(List<string> names, string which, string what, string container)
        {
            if (names.Count > 0)
            {
                said.Add($"{string.Join(", ", names)} {which} for {what} {container}");
            }
        }
    }

    /// <param name="set">Is told the names that came from <paramref name="defaults"/>, in their order.</param>
    private static Map<Quantity> Merged(Map<Quantity> given, Map<Quantity> defaults, List<string>? set)
    {
        List<KeyValuePair<string, Quantity>> missing = [.. defaults.Where(one => !given.ContainsKey(one.Key))];
        set?.AddRange(missing.Select(static one => one.Key));
        return missing.Count == 0 ? given : given.WithAll(missing);
    }
}
