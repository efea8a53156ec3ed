using Navarch.Api.AdmissionRegistration.V1;
using Navarch.ApiServer.Resources.Core;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.AdmissionRegistration;

/// <summary>Servers that are asked to change objects before they are stored.</summary>
public sealed class MutatingWebhookConfigurationResource : Resource<MutatingWebhookConfiguration>
{
    public override bool HasGeneration => true;

    public override bool AllowsUnconditionalUpdate => false;

    public override IReadOnlyList<Column<MutatingWebhookConfiguration>> Columns { get; } =
    [
        Columns<MutatingWebhookConfiguration>.Name,
        Columns<MutatingWebhookConfiguration>.Integer("Webhooks", static value => value.Webhooks.Count),
        Columns<MutatingWebhookConfiguration>.Age,
    ];

    public override MutatingWebhookConfiguration Default(MutatingWebhookConfiguration value) => value with
    {
        Webhooks = PodTemplateDefaults.Each(value.Webhooks, static hook => WebhookRules.Default(hook) with { ReinvocationPolicy = hook.ReinvocationPolicy ?? ReinvocationPolicyType.NeverReinvocationPolicy }),
    };

    public override bool ChangesGeneration(MutatingWebhookConfiguration value, MutatingWebhookConfiguration old) => !value.Webhooks.SequenceEqual(old.Webhooks);

    public override void Validate(MutatingWebhookConfiguration value, FieldErrors errors) => WebhookRules.Validate(errors, value.Webhooks);
}
