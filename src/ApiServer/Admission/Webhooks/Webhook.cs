using Navarch.Api.AdmissionRegistration.V1;
using Navarch.ApiServer.Admission.Expressions;
using Navarch.ApiServer.Resources.AdmissionRegistration;

namespace Navarch.ApiServer.Admission.Webhooks;

/// <summary>A webhook as a configuration describes it, ready to be matched with requests.</summary>
internal sealed class Webhook
{
    public Webhook(string configuration, MutatingWebhook hook, bool isMutating)
    {
        Configuration = configuration;
        Name = hook.Name;
        IsMutating = isMutating;
        Scope = new RequestScope(
            hook.Rules.Select(static rule => new HookRule(rule)), [], hook.MatchPolicy != MatchPolicyType.Exact, hook.NamespaceSelector, hook.ObjectSelector);
        FailsOpen = hook.FailurePolicy == FailurePolicyType.Ignore;
        Conditions = Conditions.Of(hook.MatchConditions, AdmissionExpressions.OfWebhooks, FailsOpen);
        IsReinvoked = hook.ReinvocationPolicy == ReinvocationPolicyType.IfNeededReinvocationPolicy;
        SideEffects = hook.SideEffects;
        Timeout = TimeSpan.FromSeconds(hook.TimeoutSeconds ?? 10);
        ReviewVersion = hook.AdmissionReviewVersions.FirstOrDefault(static version => version is "v1" or "v1beta1") ?? "";
        Target = new HookTarget(hook.ClientConfig);
    }

    public string Configuration { get; }

    public string Name { get; }

    public bool IsMutating { get; }

    public RequestScope Scope { get; }

    /// <summary>What else must hold of a request; null where nothing must.</summary>
    public Conditions? Conditions { get; }

    /// <summary>Requests go on where it cannot be asked.</summary>
    public bool FailsOpen { get; }

    /// <summary>It is asked once more where somebody changed the object after it.</summary>
    public bool IsReinvoked { get; }

    public string? SideEffects { get; }

    public TimeSpan Timeout { get; }

    /// <summary>The version of reviews it understands best; empty where the server speaks none of those.</summary>
    public string ReviewVersion { get; }

    public HookTarget Target { get; }
}
