using Navarch.Api.AdmissionRegistration.V1;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Selectors;

namespace Navarch.ApiServer.Admission.Webhooks;

/// <summary>A webhook as a configuration describes it, ready to be matched with requests.</summary>
internal sealed class Webhook
{
    private readonly HookRule[] rules;
    private readonly bool takesOtherVersions;

    public Webhook(string configuration, MutatingWebhook hook, bool isMutating)
    {
        Configuration = configuration;
        Name = hook.Name;
        IsMutating = isMutating;
        rules = [.. hook.Rules.Select(static rule => new HookRule(rule))];
        takesOtherVersions = hook.MatchPolicy != MatchPolicyType.Exact;
        FailsOpen = hook.FailurePolicy == FailurePolicyType.Ignore;
        IsReinvoked = hook.ReinvocationPolicy == ReinvocationPolicyType.IfNeededReinvocationPolicy;
        SideEffects = hook.SideEffects;
        Timeout = TimeSpan.FromSeconds(hook.TimeoutSeconds ?? 10);
        ReviewVersion = hook.AdmissionReviewVersions.FirstOrDefault(static version => version is "v1" or "v1beta1") ?? "";
        Target = new HookTarget(hook.ClientConfig);
        try
        {
            (Namespaces, Objects) = (Selector.Of(hook.NamespaceSelector), Selector.Of(hook.ObjectSelector));
        }
        catch (SelectorException e)
        {
            // Whom it is for is not known: everybody hears that it cannot be asked.
            (Namespaces, Objects, Problem) = (Selector.Everything, Selector.Everything, e.Message);
        }
    }

    public string Configuration { get; }

    public string Name { get; }

    public bool IsMutating { get; }

    public Selector Namespaces { get; }

    public Selector Objects { get; }

    /// <summary>Requests go on where it cannot be asked.</summary>
    public bool FailsOpen { get; }

    /// <summary>It is asked once more where somebody changed the object after it.</summary>
    public bool IsReinvoked { get; }

    public string? SideEffects { get; }

    public TimeSpan Timeout { get; }

    /// <summary>The version of reviews it understands best; empty where the server speaks none of those.</summary>
    public string ReviewVersion { get; }

    public HookTarget Target { get; }

    /// <summary>Why it can never be asked; null where it can.</summary>
    public string? Problem { get; }

    /// <summary>The version in which the webhook wants to be asked about a request; null where its rules do not match.</summary>
    public Kind? Match(HookedRequest request)
    {
        foreach (var rule in rules)
        {
            if (rule.Matches(request, request.Kind))
            {
                return request.Kind;
            }
        }

        return takesOtherVersions && request.Kind.Versions.Count > 1 ? MatchOther(request) : null;
    }

    private Kind? MatchOther(HookedRequest request)
    {
        foreach (var rule in rules)
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
