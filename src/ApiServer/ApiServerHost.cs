using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Navarch.ApiServer.Admission;
using Navarch.ApiServer.Admission.Quotas;
using Navarch.ApiServer.Audit;
using Navarch.ApiServer.Authentication;
using Navarch.ApiServer.Authorization;
using Navarch.ApiServer.Authorization.Defaults;
using Navarch.ApiServer.Authorization.Nodes;
using Navarch.ApiServer.Authorization.Rbac;
using Navarch.ApiServer.Backups;
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
using Navarch.ApiServer.Streaming;
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
        var random = new Random();
        var catalog = new Catalog([.. AllResources.List.SelectMany(static rules => rules.ToKinds())]);
        var protobuf = new ProtobufForms(time);
        foreach (var kind in catalog.Hubs)
        {
            kind.Objects.Protobuf = protobuf;
        }

        var encryptionLog = logs.CreateLogger("Navarch.ApiServer.Encryption");
        var vault = config.EncryptionKeys is { } file ? await EncryptionSetup.OpenAsync(file, config.EncryptResources, catalog, store, time, encryptionLog, ct) : null;
        var cache = new Cache(store, catalog.Hubs, vault, time, logs.CreateLogger("Navarch.ApiServer.Cache"));
        var policy = DefaultPolicy.Read();
        var roles = new RbacIndex();
        var rbac = new RbacAuthorizer(roles);
        var nodes = new NodeGraph(catalog);
        var webhook = config.AuthorizationWebhook is { } asked ? new WebhookAuthorizer(asked, time, logs.CreateLogger("Navarch.ApiServer.AuthorizationWebhook")) : null;
        var authorizer = new AuthorizerChain([.. config.AuthorizationModes.Select(mode => (IAuthorizer)(mode switch
        {
            "Node" => new NodeAuthorizer(nodes, policy.RulesOf("system:node")),
            "RBAC" => rbac,
            "Webhook" when webhook is not null => webhook,
            _ => throw new ArgumentException($"\"{mode}\" is no authorization mode, or lacks its configuration", nameof(config)),
        }))]);
        var nodeRestriction = new NodeRestriction(catalog);
        ObjectWriter objects = null!; // Plugins look things up through the writer that asks them.
        var parts = new AdmissionParts(catalog, authorizer, (kind, key, token) => objects.FindAsync(kind, key, token), time, new Random());
        IReadOnlyList<IAdmission> admission =
        [
            .. AdmissionPlugins.Make(config.Admission, parts),
            .. config.Admission.Disabled.Contains("NodeRestriction") ? (IAdmission[])[] : [nodeRestriction],
            new EscalationCheck(authorizer, rbac, roles),
        ];
        objects = new ObjectWriter(store, cache, catalog, vault, admission, time, random);
        if (AdmissionPlugins.IsOn(AdmissionPlugins.Quota, config.Admission))
        {
            objects.Quotas = new QuotaAccounts(catalog.Get<Api.Core.V1.ResourceQuota>(), objects, time, logs.CreateLogger("Navarch.ApiServer.Quotas"));
        }

        var allocator = new ServiceAllocator(
            new AddressPool(new Random()), new PortPool(config.NodePortFirst, config.NodePortLast, new Random()), config.ServiceNetwork.BaseAddress.AddressFamily);
        objects.Allocators[catalog.Get<Api.Core.V1.Service>()] = allocator;
        var kubelets = new KubeletConnector(config.KubeletClientCertificate, config.KubeletAuthorities ?? config.ClientAuthorities, time);
        var target = new PodTarget(objects, catalog, config.KubeletPort);
        var tunnel = new UpgradeTunnel(time);
        var proxy = new ProxySubresource(objects, catalog, target, kubelets);
        var scale = new ScaleSubresource(objects, time);
        var binding = new BindingSubresource(objects, time);
        var subresources = new Dictionary<string, ISubresource>(StringComparer.Ordinal)
        {
            ["pods/binding"] = binding,
            ["pods/log"] = new LogSubresource(target, kubelets),
            ["pods/exec"] = new UpgradeSubresource("exec", "PodExecOptions", target, kubelets, tunnel, authorizer),
            ["pods/attach"] = new UpgradeSubresource("attach", "PodAttachOptions", target, kubelets, tunnel, authorizer),
            ["pods/portforward"] = new UpgradeSubresource("portforward", "PodPortForwardOptions", target, kubelets, tunnel, authorizer),
            ["pods/proxy"] = proxy,
            ["services/proxy"] = proxy,
            ["nodes/proxy"] = proxy,
            ["pods/ephemeralcontainers"] = new EphemeralContainersSubresource(objects, time),
            ["pods/resize"] = new ResizeSubresource(objects, time),
            ["pods/eviction"] = new EvictionSubresource(objects, catalog, time),
            ["namespaces/finalize"] = new FinalizeSubresource(objects),
            ["certificatesigningrequests/approval"] = new ApprovalSubresource(objects, time),
            ["deployments/scale"] = scale,
            ["replicasets/scale"] = scale,
            ["statefulsets/scale"] = scale,
            ["replicationcontrollers/scale"] = scale,
        };
        var tokens = config.ServiceAccountKey is { } key ? new ServiceAccountTokens(new TokenKey(key), config.ServiceAccountIssuer, catalog, time) : null;
        if (tokens is not null)
        {
            subresources["serviceaccounts/token"] = new TokenSubresource(tokens, objects, catalog, nodeRestriction, time);
        }

        var oidc = config.Authentication.Oidc is { } issuer ? new OidcAuthenticator(issuer, time, logs.CreateLogger("Navarch.ApiServer.Oidc")) : null;
        var authenticators = Authenticators(config, catalog, tokens, oidc, time);
        var access = new AccessQuestion(authorizer);
        IReadOnlyList<Review> reviews =
        [
            new SelfSubjectReviews(), new SelfSubjectAccessReviews(access), new SubjectAccessReviews(access), new LocalSubjectAccessReviews(access),
            new SelfSubjectRulesReviews(authorizer), new TokenReviews(tokens), new NamespaceBindings(binding, catalog.Get<Api.Core.V1.Pod>()),
        ];
        var discovery = new DiscoveryDocuments(catalog, subresources.Values.Distinct(), reviews, $"{config.AdvertiseAddress}:{config.Port}");
        var limits = new RequestLimits();
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
            new OpenApiHandler(catalog, subresources.Values.Distinct(), reviews, time),
            new MetricsHandler(metrics, turns, cache, store, time),
            tokens is null ? null : new OpenIdHandler(tokens, $"{config.AdvertiseAddress}:{config.Port}"),
            new EncryptionHandler(store, cache, vault, reencryption, time),
            new SnapshotHandler(store, logs.CreateLogger("Navarch.ApiServer.Snapshot")),
            new GetHandler(cache, objects, time),
            new ListHandler(cache, time),
            new WatchHandler(cache, time, random),
            new CreateHandler(objects, time),
            new UpdateHandler(objects, authorizer, time),
            new PatchHandler(objects, authorizer, time),
            new DeleteHandler(objects, cache, time),
            subresources,
            reviews,
            new ComponentHealth(catalog, store, time));
        host.owned = [kubelets, proxy, protobuf, .. ((IDisposable?[])[webhook, oidc]).OfType<IDisposable>()];
        host.clients = user => new InProcessClient(user, catalog, cache, objects, authorizer, subresources, time);
        host.reencryption = reencryption;
        host.AddChecks(health, new StoreCheck(store, time));
        try
        {
            var first = new FirstWrites(store, time, host.log);
            await first.RunAsync(() => cache.LoadAsync(ct), ct);
            allocator.Attach(catalog.Get<Api.Core.V1.Service>().Objects);
            roles.Attach(catalog);
            nodes.Attach();
            var recorded = new ServiceAddresses(catalog, objects, store.IsShared, time, logs.CreateLogger("Navarch.ApiServer.ServiceAddresses"));
            recorded.Attach(allocator.LearnRecorded);
            var ranges = new ServiceRange(catalog, objects, config.ServiceNetwork, time, logs.CreateLogger("Navarch.ApiServer.ServiceRange"));
            ranges.Attach(allocator.LearnRanges);
            var flows = new DanglingFlows(catalog, objects, time, logs.CreateLogger("Navarch.ApiServer.DanglingFlows"));
            flows.Attach();
            host.following = host.FollowAsync();
            await first.RunAsync(() => new SystemObjects(catalog, objects).EnsureAsync(discovery.LocalVersions, ct), ct);
            await first.RunAsync(() => new PolicyReconciler(catalog, objects).EnsureAsync(policy, ct), ct);
            await first.RunAsync(() => Task.WhenAll(ranges.EnsureAsync(ct), flows.RepairAsync(ct)), ct);
            var claims = store.IsShared ? new ServiceClaims(store, catalog, recorded, time, logs.CreateLogger("Navarch.ApiServer.ServiceClaims")) : null;
            await first.RunAsync(() => claims?.RepairAsync(ct) ?? recorded.RepairAsync(ct), ct);
            (allocator.Objects, allocator.Claims) = (recorded, claims);
            var application = new ApiApplication(
                authenticators,
                new Impersonation(authorizer),
                authorizer,
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
            host.keeping = Task.WhenAll(
                service.KeepAsync(host.stopping.Token), recorded.KeepAsync(host.stopping.Token), ranges.KeepAsync(host.stopping.Token), flows.KeepAsync(host.stopping.Token),
                claims?.KeepAsync(host.stopping.Token) ?? Task.CompletedTask);
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

    /// <summary>In the order in which credentials count where somebody brings several.</summary>
    private static AuthenticatorChain Authenticators(ApiServerConfig config, Catalog catalog, ServiceAccountTokens? tokens, OidcAuthenticator? oidc, TimeProvider time)
    {
        var asked = config.Authentication;
        List<ITokenAuthenticator> bearers = [];
        if (asked.TokenFile.Length > 0)
        {
            bearers.Add(TokenFile.Load(asked.TokenFile));
        }

        if (tokens is not null)
        {
            bearers.Add(new ServiceAccountAuthenticator(tokens));
        }

        bearers.Add(new BootstrapTokenAuthenticator(catalog, time));
        if (oidc is not null)
        {
            bearers.Add(oidc);
        }

        List<IAuthenticator> all = [new ClientCertificateAuthenticator(config.ClientAuthorities, time), new BearerTokenAuthenticator(bearers)];
        if (asked.FrontProxy is { } frontProxy)
        {
            all.Insert(0, new FrontProxyAuthenticator(frontProxy, time));
        }

        return new AuthenticatorChain(all, asked.AnonymousPaths);
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
