using Microsoft.Extensions.Logging;
using Navarch.Api.AdmissionRegistration.V1;
using Navarch.Api.Core.V1;
using Navarch.Api.Discovery.V1;
using Navarch.ApiServer.Admission;
using Navarch.ApiServer.Admission.Policies;
using Navarch.ApiServer.Admission.Webhooks;
using Navarch.ApiServer.Authorization;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Composition;

/// <summary>What holds requests against policies, and finds, matches and calls the webhooks of admission.</summary>
internal sealed class WebhookParts : IDisposable
{
    private readonly WebhookIndex index;
    private readonly PolicyIndex<ValidatingPolicy> validating;
    private readonly PolicyIndex<MutatingPolicy> mutating;
    private readonly AdmissionConfig config;
    private readonly WebhookClients clients;

    public WebhookParts(Catalog catalog, ObjectStore stored, IAuthorizer authorizer, AdmissionConfig config, TimeProvider time, ILoggerFactory logs)
    {
        clients = new WebhookClients(new ServiceEndpoints(catalog.Get<Service>(), catalog.Get<EndpointSlice>(), new Random()));
        index = new WebhookIndex(
            config.Disabled.Contains(AdmissionPlugins.MutatingWebhooks) ? null : catalog.Get<MutatingWebhookConfiguration>(),
            config.Disabled.Contains(AdmissionPlugins.ValidatingWebhooks) ? null : catalog.Get<ValidatingWebhookConfiguration>(), clients);
        var caller = new HookCaller(clients, Metrics, time, logs.CreateLogger("Navarch.ApiServer.Webhooks"));
        var matcher = new HookMatcher(catalog.Get<Namespace>(), stored, authorizer);
        this.config = config;
        validating = new(
            catalog.Get<ValidatingAdmissionPolicy>(), catalog.Get<ValidatingAdmissionPolicyBinding>(),
            static policy => new ValidatingPolicy((ValidatingAdmissionPolicy)policy), static binding => PolicyBinding.Of((ValidatingAdmissionPolicyBinding)binding));
        mutating = new(
            catalog.Get<MutatingAdmissionPolicy>(), catalog.Get<MutatingAdmissionPolicyBinding>(),
            static policy => new MutatingPolicy((MutatingAdmissionPolicy)policy), static binding => PolicyBinding.Of((MutatingAdmissionPolicyBinding)binding));
        var (namespaces, parameters) = (catalog.Get<Namespace>(), new PolicyParameters(catalog, stored));
        Admission = new WebhookAdmission(
            index,
            new PolicyMutation(mutating, matcher, parameters, namespaces, authorizer),
            new PolicyAdmission(validating, matcher, parameters, namespaces, authorizer),
            matcher, caller, Metrics, time);
    }

    public WebhookAdmission Admission { get; }

    public WebhookMetrics Metrics { get; } = new();

    /// <summary>Learns what is configured. To be called when the cache is loaded and stands still.</summary>
    public void Attach()
    {
        index.Attach();
        if (!config.Disabled.Contains(AdmissionPlugins.ValidatingPolicies))
        {
            validating.Attach();
        }

        if (!config.Disabled.Contains(AdmissionPlugins.MutatingPolicies))
        {
            mutating.Attach();
        }
    }

    public void Dispose() => clients.Dispose();
}
