using Navarch.Api.AdmissionRegistration.V1;
using Navarch.ApiServer.Resources.Core;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.AdmissionRegistration;

/// <summary>Servers that are asked whether objects may be stored.</summary>
public sealed class ValidatingWebhookConfigurationResource : Resource<ValidatingWebhookConfiguration>
{
    public override bool HasGeneration => true;

    public override bool AllowsUnconditionalUpdate => false;

    public override IReadOnlyList<Column<ValidatingWebhookConfiguration>> Columns { get; } =
    [
        Columns<ValidatingWebhookConfiguration>.Name,
        Columns<ValidatingWebhookConfiguration>.Integer("Webhooks", static value => value.Webhooks.Count),
        Columns<ValidatingWebhookConfiguration>.Age,
    ];

    public override ValidatingWebhookConfiguration Default(ValidatingWebhookConfiguration value) => value with { Webhooks = PodTemplateDefaults.Each(value.Webhooks, Default) };

    public override bool ChangesGeneration(ValidatingWebhookConfiguration value, ValidatingWebhookConfiguration old) => !value.Webhooks.SequenceEqual(old.Webhooks);

    public override void Validate(ValidatingWebhookConfiguration value, FieldErrors errors) => WebhookRules.Validate(errors, [.. value.Webhooks.Select(WebhookRules.Of)]);

    private static ValidatingWebhook Default(ValidatingWebhook hook)
    {
        var filled = WebhookRules.Default(WebhookRules.Of(hook));
        return hook with
        {
            FailurePolicy = filled.FailurePolicy,
            MatchPolicy = filled.MatchPolicy,
            NamespaceSelector = filled.NamespaceSelector,
            ObjectSelector = filled.ObjectSelector,
            TimeoutSeconds = filled.TimeoutSeconds,
            ClientConfig = filled.ClientConfig,
            Rules = filled.Rules,
        };
    }
}
