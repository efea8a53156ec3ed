using System.Globalization;
using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Machinery.Pods;

namespace Navarch.ApiServer.Admission.Limits;

/// <summary>Where amounts are outside of what a namespace allows, in words.</summary>
internal static class LimitChecks
{
    public static IEnumerable<string> OfPod(PodSpec spec, LimitRange range)
    {
        foreach (var item in range.Spec.Limits)
        {
            if (item.Type == LimitType.Container)
            {
                foreach (var container in spec.Containers.Concat(spec.InitContainers))
                {
                    foreach (var problem in Of(item, container.Resources.Requests, container.Resources.Limits))
                    {
                        yield return problem;
                    }
                }
            }
            else if (item.Type == LimitType.Pod)
            {
                foreach (var problem in Of(item, PodAmounts.Requests(spec, withOverhead: false), PodAmounts.Limits(spec, withOverhead: false)))
                {
                    yield return problem;
                }
            }
        }
    }

    public static IEnumerable<string> OfClaim(PersistentVolumeClaim claim, LimitRange range)
    {
        var requests = claim.Spec.Resources.Requests;
        foreach (var item in range.Spec.Limits.Where(static item => item.Type == LimitType.PersistentVolumeClaim))
        {
            foreach (var (name, bound) in item.Min)
            {
                if (TooLittle(item.Type, name, bound, requests, []) is { } problem)
                {
                    yield return problem;
                }
            }

            foreach (var (name, bound) in item.Max)
            {
                // A claim has no limit: the most it may ask for is the most it may get.
                if (!requests.TryGetValue(name, out var request))
                {
                    yield return $"maximum {name} usage per {item.Type} is {bound}.  No request is specified";
                }
                else if (request > bound)
                {
                    yield return $"maximum {name} usage per {item.Type} is {bound}, but request is {request}";
                }
            }
        }
    }

    private static IEnumerable<string> Of(LimitRangeItem item, Map<Quantity> requests, Map<Quantity> limits) =>
        item.Min.Select(bound => TooLittle(item.Type, bound.Key, bound.Value, requests, limits))
            .Concat(item.Max.Select(bound => TooMuch(item.Type, bound.Key, bound.Value, requests, limits)))
            .Concat(item.MaxLimitRequestRatio.Select(bound => TooFarApart(item.Type, bound.Key, bound.Value, requests, limits)))
            .OfType<string>();

    private static string? TooLittle(string type, string name, Quantity bound, Map<Quantity> requests, Map<Quantity> limits) =>
        !requests.TryGetValue(name, out var request) ? $"minimum {name} usage per {type} is {bound}.  No request is specified"
        : request < bound ? $"minimum {name} usage per {type} is {bound}, but request is {request}"
        : limits.TryGetValue(name, out var limit) && limit < bound ? $"minimum {name} usage per {type} is {bound}, but limit is {limit}"
        : null;

    private static string? TooMuch(string type, string name, Quantity bound, Map<Quantity> requests, Map<Quantity> limits) =>
        !limits.TryGetValue(name, out var limit) ? $"maximum {name} usage per {type} is {bound}.  No limit is specified"
        : limit > bound ? $"maximum {name} usage per {type} is {bound}, but limit is {limit}"
        : requests.TryGetValue(name, out var request) && request > bound ? $"maximum {name} usage per {type} is {bound}, but request is {request}"
        : null;

    private static string? TooFarApart(string type, string name, Quantity bound, Map<Quantity> requests, Map<Quantity> limits)
    {
        if (!requests.TryGetValue(name, out var request) || request.Value == 0)
        {
            return $"{name} max limit to request ratio per {type} is {bound}, but no request is specified or request is 0";
        }

        if (!limits.TryGetValue(name, out var limit) || limit.Value == 0)
        {
            return $"{name} max limit to request ratio per {type} is {bound}, but no limit is specified or limit is 0";
        }

        var ratio = limit.Value / request.Value;
        return ratio > bound.Value
            ? string.Create(CultureInfo.InvariantCulture, $"{name} max limit to request ratio per {type} is {bound}, but provided ratio is {ratio:F6}")
            : null;
    }
}
