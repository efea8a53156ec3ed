using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Navarch.ApiServer.Admission;
using Navarch.ApiServer.Admission.Policies;
using Navarch.ApiServer.Admission.Quotas;
using Navarch.ApiServer.Audit;
using Navarch.ApiServer.Authentication;
using Navarch.ApiServer.Authorization.Defaults;
using Navarch.ApiServer.Backups;
using Navarch.ApiServer.Composition;
using Navarch.ApiServer.Discovery;
using Navarch.ApiServer.Encryption;
using Navarch.ApiServer.Fairness;
using Navarch.ApiServer.Handlers;
using Navarch.ApiServer.InProcess;
using Navarch.ApiServer.Metrics;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.Resources;
using Navarch.ApiServer.Reviews;
using Navarch.ApiServer.Services;
using Navarch.ApiServer.Tokens;
using Navarch.ApiServer.WatchCache;
using Navarch.Client;
using Navarch.Storage;

namespace Navarch.ApiServer;

/// <summary>
/// The API server: put together here, in order of dependency, over a store that the caller opened and will close.
/// </summary>
public sealed partial class ApiServerHost : IAsyncDisposable
{
    // How long requests under way may take to end when the server stops. Watches end at once.
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource stopping = new();
    private readonly HttpsServer https;
    private readonly Cache cache;
    private readonly ILogger log;
    private Func<UserInfo, IClient> clients = null!;
    private IReadOnlyList<IDisposable> owned = [];
    private Reencryption? reencryption;
    private Task following = Task.CompletedTask;
    private Task keeping = Task.CompletedTask;
    private AuditFile? auditFile;
    private Task auditing = Task.CompletedTask;
    private int stopped;

    private ApiServerHost(HttpsServer https, Cache cache, ILogger log)
    {
        this.https = https;
        this.cache = cache;
        this.log = log;
    }

    /// <summary>Where the server is reached from this machine, such as <c>https://127.0.0.1:6443</c>.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Ends when the server cannot go on: its store has failed. The process should then end.</summary>
    public Task Completion => following;

    /// <summary>The API for a component in this process, as the user it says it is.</summary>
    public IClient InProcessClient(string user, params IReadOnlyList<string> groups) => clients(new UserInfo(user, [.. groups, "system:authenticated"]));

    /// <summary>Loads the store and serves. Returns when requests are answered.</summary>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<ApiServerHost> StartAsync(ApiServerConfig config, IRevisionStore store, TimeProvider time, ILoggerFactory logs, CancellationToken ct)
    {
        var catalog = new Catalog([.. AllResources.List.SelectMany(static rules => rules.ToKinds())]);
        var protobuf = new ProtobufForms(time);
        foreach (var kind in catalog.Hubs)
        {
            kind.Objects.Protobuf = protobuf;
        }

        var encryptionLog = logs.CreateLogger("Navarch.ApiServer.Encryption");
        var vault = config.EncryptionKeys is { } file ? await EncryptionSetup.OpenAsync(file, config.EncryptResources, catalog, store, time, encryptionLog, ct) : null;
        var cache = new Cache(store, catalog.Hubs, vault, time, logs.CreateLogger("Navarch.ApiServer.Cache"));
        var access = new Access(config, catalog, time, logs);
        var stored = new ObjectStore(store, cache, vault);
        var admissionFile = AdmissionFile.Load(config.Admission.ConfigFile);
        var parts = new AdmissionParts(admissionFile, catalog, access.Authorizer, stored.FindAsync, time, new Random());
        IReadOnlyList<IAdmission> admission =
        [
            .. AdmissionPlugins.Make(config.Admission, parts),
            .. config.Admission.Disabled.Contains("NodeRestriction") ? (IAdmission[])[] : [access.Nodes],
            access.Escalation,
        ];
        var webhooks = new WebhookParts(catalog, stored, access.Authorizer, config.Admission, time, logs);
        var objects = new ObjectWriter(stored, catalog, new AdmissionChain(admission, webhooks.Admission), time, new Random())
        {
            ProvisionsNamespaces = AdmissionPlugins.IsOn(AdmissionPlugins.AutoProvision, config.Admission),
        };
        if (AdmissionPlugins.IsOn(AdmissionPlugins.Quota, config.Admission))
        {
            stored.Quotas = new QuotaAccounts(admissionFile.Limited, catalog.Get<Api.Core.V1.ResourceQuota>(), objects, time, logs.CreateLogger("Navarch.ApiServer.Quotas"));
        }

        var services = new ServiceParts(config, catalog, stored, objects, store, time, logs);
        var identity = new Identity(config, catalog, objects, time, logs);
        var subresources = new Subresources(config, catalog, objects, access, webhooks.Admission, identity.Tokens, time);
        var question = new AccessQuestion(access.Authorizer);
        IReadOnlyList<Review> reviews =
        [
            new SelfSubjectReviews(), new SelfSubjectAccessReviews(question), new SubjectAccessReviews(question), new LocalSubjectAccessReviews(question),
            new SelfSubjectRulesReviews(access.Authorizer), new TokenReviews(identity.Tokens, identity.OtherTokens), new NamespaceBindings(subresources.Binding, catalog.Get<Api.Core.V1.Pod>()),
        ];
        var discovery = new DiscoveryDocuments(catalog, subresources.ByPath.Values.Distinct(), reviews, $"{config.AdvertiseAddress}:{config.Port}");
        var limits = new RequestLimits(config.Limits);
        var auditFile = config.AuditPolicyFile.Length > 0 ? new AuditFile(config.AuditLog, time, logs.CreateLogger("Navarch.ApiServer.Audit")) : null;
        var auditor = auditFile is null ? null : new Auditor(AuditPolicy.Load(config.AuditPolicyFile), auditFile, catalog, time);
        var turns = new FlowControl(catalog, config.SeatsMax, time);
        var targets = catalog.Kinds.Select(static kind => kind.Type).Concat(reviews.Select(static review => review.Type)).DistinctBy(static type => (type.Group, type.Version, type.Plural))
            .ToFrozenDictionary(static type => (type.Group, type.Version, type.Plural), static type => new RequestTarget(type.Group, type.Version, type.Plural));
        var metrics = new RequestMetrics(info => targets.GetValueOrDefault((info.Group, info.Version, info.Resource)), limits);
        var health = new HealthHandler();
        var https = new HttpsServer(config, logs);
        var host = new ApiServerHost(https, cache, logs.CreateLogger("Navarch.ApiServer"));
        var reencryption = vault is null ? null : new Reencryption(store, cache, vault, encryptionLog, host.stopping.Token);
        var dispatcher = new Dispatcher(
            catalog,
            discovery,
            new OpenApiHandler(catalog, subresources.ByPath.Values.Distinct(), reviews, time),
            new MetricsHandler(metrics, turns, webhooks.Metrics, cache, store, time),
            identity.Tokens is null ? null : new OpenIdHandler(identity.Tokens, $"{config.AdvertiseAddress}:{config.Port}"),
            new TokenKeysHandler(identity.Tokens, catalog, time),
            identity.AuthorityUses,
            new EncryptionHandler(store, cache, vault, reencryption, time),
            new SnapshotHandler(store, logs.CreateLogger("Navarch.ApiServer.Snapshot")),
            new GetHandler(cache, objects, time),
            new ListHandler(cache, time),
            new WatchHandler(cache, time, new Random()),
            new CreateHandler(objects, time),
            new UpdateHandler(objects, access.Authorizer, time),
            new PatchHandler(objects, access.Authorizer, time),
            new DeleteHandler(objects, cache, time),
            subresources.ByPath,
            reviews,
            webhooks.Admission,
            new ComponentHealth(catalog, store, time));
        host.owned = [subresources, webhooks, identity, access, protobuf];
        host.clients = user => new InProcessClient(user, catalog, cache, objects, access.Authorizer, subresources.ByPath, time);
        host.reencryption = reencryption;
        host.AddChecks(health, new StoreCheck(store, time));
        try
        {
            var first = new FirstWrites(store, time, host.log);
            await first.RunAsync(() => cache.LoadAsync(ct), ct);
            access.Attach();
            webhooks.Attach();
            services.Attach();
            var flows = new DanglingFlows(catalog, objects, time, logs.CreateLogger("Navarch.ApiServer.DanglingFlows"));
            flows.Attach();
            var policies = new PolicyStatus(catalog, objects, time, logs.CreateLogger("Navarch.ApiServer.PolicyStatus"));
            policies.Attach();
            var tracking = identity.Tokens is null ? null : new TokenTracking(catalog, objects, time, logs.CreateLogger("Navarch.ApiServer.Tokens"));
            tracking?.Attach();
            host.following = host.FollowAsync();
            await first.RunAsync(() => new SystemObjects(catalog, objects).EnsureAsync(discovery.LocalVersions, ct), ct);
            await first.RunAsync(() => new PolicyReconciler(catalog, objects).EnsureAsync(access.Policy, ct), ct);
            await first.RunAsync(() => Task.WhenAll(services.EnsureRangesAsync(ct), flows.RepairAsync(ct), tracking?.EnsureAsync(ct) ?? Task.CompletedTask), ct);
            await first.RunAsync(() => services.RepairAsync(ct), ct);
            var application = new ApiApplication(
                identity.Authenticators,
                new Impersonation(access.Authorizer),
                access.Authorizer,
                dispatcher,
                health,
                auditor,
                turns,
                limits,
                metrics,
                time,
                host.log,
                host.stopping.Token);
            host.auditFile = auditFile;
            host.auditing = auditFile?.RunAsync() ?? Task.CompletedTask;
            await https.StartAsync(application, ct);
            host.Address = Reachable(https.Address);
            var leases = store.IsShared ? new ServerLeases(store, config.AdvertiseAddress, host.Address.Port) : null;
            var service = new KubernetesService(catalog, objects, new AddressRange(config.ServiceNetwork).First, config.AdvertiseAddress, host.Address.Port, leases, time, host.log);
            cache.Unserved = service.Notice;
            await first.RunAsync(() => service.EnsureAsync(ct), ct);
            var stopping = host.stopping.Token;
            host.keeping = Task.WhenAll(
                service.KeepAsync(stopping), services.KeepAsync(stopping), flows.KeepAsync(stopping), policies.KeepAsync(stopping), tracking?.KeepAsync(stopping) ?? Task.CompletedTask);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends watches, waits a little for other requests, closes the port. The store stays open.</summary>
    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref stopped, 1) != 0)
        {
            return;
        }

        await stopping.CancelAsync();
        foreach (var collection in cache.Collections)
        {
            collection.EndAllWatches();
        }

        using var patience = new CancellationTokenSource(StopPatience);
        await https.StopAsync(patience.Token);
        auditFile?.Complete();
        await auditing;
        await keeping;
        await (reencryption?.Running ?? Task.CompletedTask);
        await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // Completion has told it.
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await https.DisposeAsync();
        foreach (var item in owned)
        {
            item.Dispose();
        }

        stopping.Dispose();
    }

    // The names are those that operators know; behind "etcd" stands the store, whatever its engine.
    private void AddChecks(HealthHandler health, StoreCheck store)
    {
        health.Add("log", HealthHandler.Endpoints.All, static () => null);
        health.Add("etcd", HealthHandler.Endpoints.All, store.FindProblemAsync);
        health.Add("etcd-readiness", HealthHandler.Endpoints.Ready, store.FindProblemAsync);
        health.Add("informer-sync", HealthHandler.Endpoints.Ready, () => following.IsCompleted ? "the watch cache does not follow the store" : null);
        health.Add("poststarthook/start-system-namespaces-controller", HealthHandler.Endpoints.All, () => Address is not null ? null : "not finished");
        health.Add("poststarthook/scheduling/bootstrap-system-priority-classes", HealthHandler.Endpoints.All, () => Address is not null ? null : "not finished");
        health.Add("shutdown", HealthHandler.Endpoints.Ready, () => stopping.IsCancellationRequested ? "process is shutting down" : null);
    }

    private async Task FollowAsync()
    {
        try
        {
            await cache.RunAsync(stopping.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Asked to stop.
        }
        catch (Exception e)
        {
            // What the cache shows could be wrong from here on: better no server than one that lies.
            LogLostStore(e);
            foreach (var collection in cache.Collections)
            {
                collection.EndAllWatches();
            }

            throw;
        }
    }

    private static Uri Reachable(Uri bound) => bound.Host is "0.0.0.0" or "[::]" ? new UriBuilder(bound) { Host = "127.0.0.1" }.Uri : bound;

    [LoggerMessage(LogLevel.Critical, "lost the store; serving cannot go on")]
    private partial void LogLostStore(Exception cause);
}
