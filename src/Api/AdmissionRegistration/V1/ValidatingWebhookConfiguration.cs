using Navarch.Api.Meta.V1;

namespace Navarch.Api.AdmissionRegistration.V1;

[Resource("admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations", Namespaced = false, Categories = ["api-extensions"])]
public sealed partial record ValidatingWebhookConfiguration : IResource<ValidatingWebhookConfiguration>
{
    /// <summary>Name, labels and what else every object carries.</summary>
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2), Merge("name"), ListMap("name")]
    public IReadOnlyList<ValidatingWebhook> Webhooks { get; init; } = [];
}

public sealed partial record ValidatingWebhook : IApiType<ValidatingWebhook>
{
    [Proto(1), Required, WrittenWhenEmpty]
    public string Name { get; init; } = "";

    [Proto(2), Required]
    public WebhookClientConfig ClientConfig { get; init; } = WebhookClientConfig.Empty;

    [Proto(3), ListAtomic]
    public IReadOnlyList<RuleWithOperations> Rules { get; init; } = [];

    [Proto(4), OneOf(typeof(FailurePolicyType))]
    public string? FailurePolicy { get; init; }

    [Proto(9), OneOf(typeof(MatchPolicyType))]
    public string? MatchPolicy { get; init; }

    [Proto(5)]
    public LabelSelector? NamespaceSelector { get; init; }

    [Proto(10)]
    public LabelSelector? ObjectSelector { get; init; }

    [Proto(6), Required, WrittenWhenEmpty, OneOf(typeof(SideEffectClass))]
    public string? SideEffects { get; init; }

    [Proto(7)]
    public int? TimeoutSeconds { get; init; }

    [Proto(8), Required, WrittenWhenEmpty, ListAtomic]
    public IReadOnlyList<string> AdmissionReviewVersions { get; init; } = [];

    [Proto(11), Merge("name"), ListMap("name")]
    public IReadOnlyList<MatchCondition> MatchConditions { get; init; } = [];
}
