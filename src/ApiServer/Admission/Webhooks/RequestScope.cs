using Navarch.Api.Meta.V1;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Selectors;

namespace Navarch.ApiServer.Admission.Webhooks;

/// <summary>Which requests a webhook, a policy or a binding is about: by rules, then by labels of the object and its namespace.</summary>
internal sealed class RequestScope
{
    private readonly HookRule[] rules;
    private readonly HookRule[] excluded;
    private readonly bool takesOtherVersions;

    /// <param name="excluded">What is left out, whatever the rules say.</param>
    /// <param name="takesOtherVersions">A rule of one version holds for requests in all.</param>
    public RequestScope(IEnumerable<HookRule> rules, IEnumerable<HookRule> excluded, bool takesOtherVersions, LabelSelector? namespaces, LabelSelector? objects)
    {
        this.rules = [.. rules];
        this.excluded = [.. excluded];
        this.takesOtherVersions = takesOtherVersions;
        try
        {
            (Namespaces, Objects) = (Selector.Of(namespaces), Selector.Of(objects));
        }
        catch (SelectorException e)
        {
            // Whom it is for is not known: everybody hears that it cannot be asked.
            (Namespaces, Objects, Problem) = (Selector.Everything, Selector.Everything, e.Message);
        }
    }

    public Selector Namespaces { get; }

    public Selector Objects { get; }

    /// <summary>Why it can never be told; null where it can.</summary>
    public string? Problem { get; }

    /// <summary>No rules are every request, as of a binding that adds nothing to its policy.</summary>
    public bool IsOpen { get; init; }

    /// <summary>The version in which the request is to be shown; null where the rules do not match.</summary>
    public Kind? Match(HookedRequest request) =>
        excluded.Length > 0 && Match(excluded, request) is not null ? null
        : IsOpen && rules.Length == 0 ? request.Kind
        : Match(rules, request);

    private Kind? Match(HookRule[] some, HookedRequest request)
    {
        foreach (var rule in some)
        {
            if (rule.Matches(request, request.Kind))
            {
                return request.Kind;
            }
        }

        return takesOtherVersions && request.Kind.Versions.Count > 1 ? MatchOther(some, request) : null;
    }

    private static Kind? MatchOther(HookRule[] some, HookedRequest request)
    {
        foreach (var rule in some)
        {
            foreach (var version in request.Kind.Versions)
            {
                if (version != request.Kind && rule.Matches(request, version))
                {
                    return version;
                }
            }
        }

        return null;
    }
}
