using System.Globalization;
using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Machinery.Errors;
using Navarch.Machinery.Selectors;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>Amounts of resources: which there are, which may be promised beyond what is there, what requests and limits must be.</summary>
internal static class ResourceRules
{
    private const string HugePagesPrefix = "hugepages-";
    private const string WholeNumber = "must be an integer";

    private static readonly HashSet<string> Standard = new(StringComparer.Ordinal)
    {
        "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.ephemeral-storage", "limits.cpu", "limits.memory",
        "limits.ephemeral-storage", "pods", "resourcequotas", "services", "replicationcontrollers", "secrets", "configmaps", "persistentvolumeclaims",
        "storage", "requests.storage", "services.nodeports", "services.loadbalancers",
    };

    private static readonly HashSet<string> Whole = new(StringComparer.Ordinal)
    {
        "pods", "resourcequotas", "services", "replicationcontrollers", "secrets", "configmaps", "persistentvolumeclaims", "services.nodeports", "services.loadbalancers",
    };

    public static bool IsHugePages(string name) => name.StartsWith(HugePagesPrefix, StringComparison.Ordinal);

    public static bool IsStandard(string name) => Standard.Contains(name) || IsHugePages(name) || name.StartsWith("requests." + HugePagesPrefix, StringComparison.Ordinal);

    /// <summary>A resource that somebody outside of Kubernetes defined, such as a device.</summary>
    public static bool IsExtended(string name) =>
        name.Contains('/') && !IsNative(name) && !name.StartsWith("requests.", StringComparison.Ordinal) && LabelSyntax.IsQualifiedName("requests." + name);

    public static bool CanBeOvercommitted(string name) => !IsHugePages(name) && !IsExtended(name);

    /// <summary>No amount is finer than a thousandth.</summary>
    public static Map<Quantity> Rounded(Map<Quantity> amounts)
    {
        List<KeyValuePair<string, Quantity>>? finer = null;
        foreach (var (name, amount) in amounts)
        {
            if (amount.Value * 1000 % 1 != 0)
            {
                (finer ??= []).Add(new(name, Quantity.OfMilli(amount.MilliValue)));
            }
        }

        return finer is null ? amounts : amounts.WithAll(finer);
    }

    public static void Amounts(FieldErrors errors, FieldPath path, Map<Quantity> amounts, bool ofContainer = false)
    {
        foreach (var (name, amount) in amounts)
        {
            var at = path[name];
            Name(errors, at, name, ofContainer);
            Amount(errors, at, name, amount);
        }
    }

    public static void Amount(FieldErrors errors, FieldPath path, string name, Quantity amount)
    {
        if (amount.Value < 0)
        {
            errors.Invalid(path, amount, CommonRules.NotNegative);
        }

        if ((Whole.Contains(name) || IsHugePages(name) || IsExtended(name) || name.StartsWith("count/", StringComparison.Ordinal)) && amount.Value % 1 != 0)
        {
            errors.Invalid(path, amount, WholeNumber);
        }
    }

    public static void Name(FieldErrors errors, FieldPath path, string name, bool ofContainer)
    {
        errors.QualifiedName(path, name);
        if (!name.Contains('/') && !IsStandard(name))
        {
            errors.Invalid(path, name, "must be a standard resource type or fully qualified");
        }

        if (!ofContainer)
        {
            return;
        }

        if (!name.Contains('/'))
        {
            if (name is not ("cpu" or "memory" or "ephemeral-storage") && !IsHugePages(name))
            {
                errors.Invalid(path, name, "must be a standard resource for containers");
            }
        }
        else if (!IsNative(name) && !IsExtended(name))
        {
            errors.Invalid(path, name, "doesn't follow extended resource name standard");
        }
    }

    /// <summary>Requests and limits of a container or of a pod.</summary>
    /// <param name="claims">Names of the pod's claims; null where none can be used.</param>
    public static void Requirements(FieldErrors errors, FieldPath path, ResourceRequirements resources, Lazy<HashSet<string>>? claims)
    {
        if (ReferenceEquals(resources, ResourceRequirements.Empty))
        {
            return;
        }

        var (limits, requests) = (path / "limits", path / "requests");
        Amounts(errors, limits, resources.Limits, ofContainer: true);
        Amounts(errors, requests, resources.Requests, ofContainer: true);
        foreach (var (name, request) in resources.Requests)
        {
            if (resources.Limits.TryGetValue(name, out var limit))
            {
                if (!CanBeOvercommitted(name) && request.Value != limit.Value)
                {
                    errors.Invalid(requests, request, $"must be equal to {name} limit of {limit}");
                }
                else if (request.Value > limit.Value)
                {
                    errors.Invalid(requests, request, $"must be less than or equal to {name} limit of {limit}");
                }
            }
            else if (!CanBeOvercommitted(name))
            {
                errors.Required(limits, "Limit must be set for non overcommitable resources");
            }
        }

        HugePages(errors, path, resources);
        if (claims is not null && resources.Claims.Count > 0)
        {
            Claims(errors, path / "claims", resources.Claims, claims);
        }
    }

    private static void HugePages(FieldErrors errors, FieldPath path, ResourceRequirements resources)
    {
        var sizes = resources.Limits.Keys.Concat(resources.Requests.Keys).Where(IsHugePages).Distinct().ToList();
        if (sizes.Count == 0)
        {
            return;
        }

        foreach (var name in sizes)
        {
            if (Quantity.TryParse(name[HugePagesPrefix.Length..], out var page) && page.Value > 0
                && resources.Limits.TryGetValue(name, out var limit) && limit.Value % page.Value != 0)
            {
                errors.Invalid((path / "limits")[name], limit, string.Create(CultureInfo.InvariantCulture, $"{limit} is not positive integer multiple of {name}"));
            }
        }

        if (!resources.Limits.Keys.Concat(resources.Requests.Keys).Any(name => name is "cpu" or "memory"))
        {
            errors.Forbidden(path, "HugePages require cpu or memory");
        }
    }

    private static void Claims(FieldErrors errors, FieldPath path, IReadOnlyList<ResourceClaim> used, Lazy<HashSet<string>> claims)
    {
        // A claim is used as a whole or by its requests, and nothing of it twice.
        var (names, wholes, requests) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal), new HashSet<(string Name, string Request)>());
        for (var i = 0; i < used.Count; i++)
        {
            var (at, claim) = (path[i], used[i]);
            if (claim.Name.Length == 0)
            {
                errors.Required(at / "name");
            }
            else if (!claims.Value.Contains(claim.Name))
            {
                errors.NotFound(at / "name", claim.Name);
            }

            var isWhole = claim.Request.Length == 0;
            if (!isWhole)
            {
                errors.InvalidIf(Names.LabelProblem(claim.Request), at / "request", claim.Request);
            }

            if (isWhole ? names.Contains(claim.Name) : wholes.Contains(claim.Name) || requests.Contains((claim.Name, claim.Request)))
            {
                errors.Duplicate(at, isWhole ? claim.Name : $"{claim.Name}/{claim.Request}");
            }

            names.Add(claim.Name);
            _ = isWhole ? wholes.Add(claim.Name) : requests.Add((claim.Name, claim.Request));
        }
    }

    private static bool IsNative(string name)
    {
        var slash = name.IndexOf('/');
        return slash < 0 || name[..slash] is "kubernetes.io" || name[..slash].EndsWith(".kubernetes.io", StringComparison.Ordinal);
    }
}
