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
    private readonly PolicyIndex policies;
    private readonly bool hasPolicies;
    private readonly WebhookClients clients;

    public WebhookParts(Catalog catalog, ObjectStore stored, IAuthorizer authorizer, AdmissionConfig config, TimeProvider time, ILoggerFactory logs)
    {
        clients = new WebhookClients(new ServiceEndpoints(catalog.Get<Service>(), catalog.Get<EndpointSlice>(), new Random()));
        index = new WebhookIndex(catalog.Get<MutatingWebhookConfiguration>(), catalog.Get<ValidatingWebhookConfiguration>(), clients);
        var caller = new HookCaller(clients, Metrics, time, logs.CreateLogger("Navarch.ApiServer.Webhooks"));
        var matcher = new HookMatcher(catalog.Get<Namespace>(), stored, authorizer);
        hasPolicies = !config.Disabled.Contains(AdmissionPlugins.Policies);
        policies = new PolicyIndex(catalog.Get<ValidatingAdmissionPolicy>(), catalog.Get<ValidatingAdmissionPolicyBinding>());
        var judges = new PolicyAdmission(policies, matcher, new PolicyParameters(catalog, stored), catalog.Get<Namespace>(), authorizer);
        Admission = new WebhookAdmission(index, judges, matcher, caller, Metrics, time);
    }

    public WebhookAdmission Admission { get; }

    public WebhookMetrics Metrics { get; } = new();

    /// <summary>Learns what is configured. To be called when the cache is loaded and stands still.</summary>
    public void Attach()
    {
        index.Attach();
        if (hasPolicies)
        {
            policies.Attach();
        }
    }

    public void Dispose() => clients.Dispose();
}
