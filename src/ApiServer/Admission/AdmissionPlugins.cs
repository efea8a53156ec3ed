using Navarch.Api.Core.V1;
using Navarch.Api.Networking.V1;
using Navarch.Api.Nodes.V1;
using Navarch.Api.Scheduling.V1;
using Navarch.Api.Storage.V1;
using Navarch.ApiServer.Admission.Certificates;
using Navarch.ApiServer.Admission.EventLimits;
using Navarch.ApiServer.Admission.Limits;
using Navarch.ApiServer.Admission.Nodes;
using Navarch.ApiServer.Admission.Pods;
using Navarch.ApiServer.Admission.PodSecurity;
using Navarch.ApiServer.Admission.Storage;
using Navarch.ApiServer.Authorization;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Admission;

/// <summary>The admission plugins, by the names that operators switch them on and off with, in the order in which they run.</summary>
internal static class AdmissionPlugins
{
    /// <summary>Charges quotas. It comes last, when everybody else has agreed: the writer itself sees to that.</summary>
    public const string Quota = "ResourceQuota";

    /// <summary>Has limits of its own to be told in a file.</summary>
    public const string EventRates = "EventRateLimit";

    /// <summary>Makes namespaces that somebody creates something in. The writer itself does: nobody else is asked before there is a namespace.</summary>
    public const string AutoProvision = "NamespaceAutoProvision";

    /// <summary>Asks webhooks that may change what is written. As <see cref="ValidatingPolicies"/>.</summary>
    public const string MutatingWebhooks = "MutatingAdmissionWebhook";

    /// <summary>Asks webhooks that may only refuse. As <see cref="ValidatingPolicies"/>.</summary>
    public const string ValidatingWebhooks = "ValidatingAdmissionWebhook";

    /// <summary>Policies are asked about more than writes of objects, so they are no plugins, though they are switched like them.</summary>
    public const string ValidatingPolicies = "ValidatingAdmissionPolicy";

    /// <inheritdoc cref="ValidatingPolicies"/>
    public const string MutatingPolicies = "MutatingAdmissionPolicy";

    // What has no name cannot be switched off.
    private static readonly Plugin[] Ordered =
    [
        new(AutoProvision, null, IsDefault: false),
        new("NamespaceLifecycle", static _ => new NamespaceProtection()),
        new("LimitPodHardAntiAffinityTopology", static _ => new HardAntiAffinity(), IsDefault: false),
        new("LimitRanger", static parts => new LimitRanger(parts.Catalog.Get<LimitRange>())),
        new("ServiceAccount", static parts => new ServiceAccounts(parts.Catalog.Get<ServiceAccount>(), parts.FindFreshAsync, parts.Time, parts.Random)),
        new("TaintNodesByCondition", static _ => new NewNodes()),
        new("AlwaysPullImages", static _ => new AlwaysPullImages(), IsDefault: false),
        new("PodSecurity", static parts => new PodSecurityAdmission(parts.File.PodSecurity, parts.Catalog.Get<Namespace>(), parts.Catalog.Get<Pod>())),
        new("PodNodeSelector", static parts => new NamespaceNodeSelector(parts.File.NodeSelectors, parts.Catalog.Get<Namespace>()), IsDefault: false),
        new("Priority", static parts => new PodPriority(parts.Catalog.Get<PriorityClass>())),
        new("Priority", static _ => new SystemClassProtection()),
        new("DefaultTolerationSeconds", static _ => new DefaultTolerations()),
        new("PodTolerationRestriction", static parts => new NamespaceTolerations(parts.File.Tolerations, parts.Catalog.Get<Namespace>()), IsDefault: false),
        new(EventRates, static parts => parts.File.EventLimits.Count > 0 ? new EventRateLimit(parts.File.EventLimits, parts.Time) : throw NoLimits(), IsDefault: false),
        new("ExtendedResourceToleration", static _ => new ExtendedResourceTolerations(), IsDefault: false),
        new("DefaultStorageClass", static parts => new DefaultStorageClass(parts.Catalog.Get<StorageClass>())),
        new("StorageObjectInUseProtection", static _ => new StorageProtection()),
        new("OwnerReferencesPermissionEnforcement", static parts => new OwnerRights(parts.Catalog, parts.Authorizer), IsDefault: false),
        new("PersistentVolumeClaimResize", static parts => new ClaimResize(parts.Catalog.Get<StorageClass>())),
        new("RuntimeClass", static parts => new RuntimeClasses(parts.Catalog.Get<RuntimeClass>())),
        new("", static parts => new DeviceAdminAccess(parts.Catalog.Get<Namespace>())),
        new("CertificateApproval", static parts => new SignerRights(parts.Authorizer, "approve", "approval")),
        new("CertificateSigning", static parts => new SignerRights(parts.Authorizer, "sign", "status")),
        new("CertificateSubjectRestriction", static _ => new CertificateSubjects()),
        new("DefaultIngressClass", static parts => new DefaultIngressClass(parts.Catalog.Get<IngressClass>())),
        new("DenyServiceExternalIPs", static _ => new ExternalAddresses(), IsDefault: false),
        new("PodTopologyLabels", static parts => new PodTopology(parts.Catalog.Get<Node>())),
        new(Quota, null),
        new("AlwaysDeny", static _ => new DenyEverything(), IsDefault: false),
    ];

    // Plugins that are known by name and are made elsewhere, or have nothing to do here: what they check is a rule of its kind, or is of
    // kinds that are not served.
    private static readonly string[] Others =
    [
        "NodeRestriction", "AlwaysAdmit", "NamespaceExists", ValidatingPolicies, MutatingPolicies, ValidatingWebhooks, MutatingWebhooks,
        "PodResizeValidator", "NodeDeclaredFeatureValidator", "ClusterTrustBundleAttest", "JobValidation", "PodGroupProtection", "PodGroupWorkloadExists",
    ];

    public static IReadOnlyList<string> Names { get; } =
        [.. Ordered.Select(static plugin => plugin.Name).Concat(Others).Where(static name => name.Length > 0).Distinct().Order(StringComparer.Ordinal)];

    /// <exception cref="ArgumentException">A name is no plugin's.</exception>
    public static IReadOnlyList<IAdmission> Make(AdmissionConfig config, AdmissionParts parts)
    {
        foreach (var name in config.Enabled.Concat(config.Disabled))
        {
            if (!Names.Contains(name))
            {
                throw new ArgumentException($"\"{name}\" is no admission plugin. There are: {string.Join(", ", Names)}", nameof(config));
            }
        }

        return [.. Ordered.Where(plugin => plugin.Make is not null && IsOn(plugin, config)).Select(plugin => plugin.Make!(parts))];
    }

    public static bool IsOn(string name, AdmissionConfig config) => IsOn(Array.Find(Ordered, plugin => plugin.Name == name)!, config);

    private static InvalidDataException NoLimits() => new($"{EventRates} has no limits: a file that --admission-control-config-file names says them");

    private static bool IsOn(Plugin plugin, AdmissionConfig config) => (plugin.IsDefault || config.Enabled.Contains(plugin.Name)) && !config.Disabled.Contains(plugin.Name);

    private sealed record Plugin(string Name, Func<AdmissionParts, IAdmission>? Make, bool IsDefault = true);
}

/// <summary>What plugins are made of.</summary>
/// <param name="File">What operators say of single plugins.</param>
/// <param name="FindFreshAsync">Finds an object that may have been written by another server a moment ago.</param>
internal sealed record AdmissionParts(AdmissionFile File, Catalog Catalog, IAuthorizer Authorizer, Func<Kind, string, CancellationToken, ValueTask<WatchCache.StoredObject?>> FindFreshAsync, TimeProvider Time, Random Random);
