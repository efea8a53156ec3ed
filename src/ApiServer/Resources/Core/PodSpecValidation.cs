using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>The rules of a pod specification, in pods and in templates.</summary>
internal static class PodSpecValidation
{
    private static readonly string[] RestartPolicies = ["Always", "Never", "OnFailure"];
    private static readonly string[] DnsPolicies = ["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"];

    /// <summary>A template: its labels and annotations, and what its pods would be.</summary>
    public static void Template(FieldErrors errors, FieldPath path, PodTemplateSpec template)
    {
        errors.TemplateMetadata(path / "metadata", template.Metadata);
        Spec(errors, path / "spec", template.Spec, template.Metadata, isTemplate: true);
        if (template.Spec.EphemeralContainers.Count > 0)
        {
            errors.Forbidden(path / "spec" / "ephemeralContainers", "ephemeral containers not allowed in pod template");
        }
    }

    /// <summary>A template of a kind whose pods are to run for ever.</summary>
    public static void LastingTemplate(FieldErrors errors, FieldPath path, PodTemplateSpec template, string kind)
    {
        Template(errors, path, template);
        if (template.Spec.RestartPolicy != RestartPolicy.Always)
        {
            errors.NotSupported(path / "spec" / "restartPolicy", template.Spec.RestartPolicy, [RestartPolicy.Always]);
        }

        if (template.Spec.ActiveDeadlineSeconds is not null)
        {
            errors.Forbidden(path / "spec" / "activeDeadlineSeconds", $"activeDeadlineSeconds in {kind} is not Supported");
        }
    }

    public static void Spec(FieldErrors errors, FieldPath path, PodSpec spec, ObjectMeta metadata, bool isTemplate)
    {
        new VolumeValidation(errors, spec, isTemplate ? "" : metadata.Name).All(path / "volumes");
        new ContainerValidation(errors, spec, isTemplate).All(path);
        errors.RequiredOneOf(path, "restartPolicy", spec.RestartPolicy, RestartPolicies);
        errors.RequiredOneOf(path, "dnsPolicy", spec.DNSPolicy, DnsPolicies);
        Dns(errors, path, spec);
        if (spec.TerminationGracePeriodSeconds is null)
        {
            errors.Required(path / "terminationGracePeriodSeconds");
        }

        if (spec.ActiveDeadlineSeconds is { } deadline)
        {
            errors.Between(path, "activeDeadlineSeconds", deadline, 1, int.MaxValue);
        }

        errors.Subdomain(path, "nodeName", spec.NodeName);
        errors.Labels(path / "nodeSelector", spec.NodeSelector);
        Identity(errors, path, spec);
        Isolation(errors, path, spec);
        SecurityContextValidation.Pod(errors, path / "securityContext", spec.SecurityContext, spec);
        Lists(errors, path, spec);
        SchedulingValidation.Tolerations(errors, path / "tolerations", spec.Tolerations);
        SchedulingValidation.Affinity(errors, path / "affinity", spec.Affinity);
        SchedulingValidation.Spreading(errors, path / "topologySpreadConstraints", spec.TopologySpreadConstraints);
        ResourceRules.Amounts(errors, path / "overhead", spec.Overhead, ofContainer: true);
        if (spec.Resources is { } resources)
        {
            PodLevel(errors, path / "resources", resources, spec);
        }

        OperatingSystem(errors, path, spec);
        if (!isTemplate && spec.ServiceAccountName.Length == 0)
        {
            RequireAccountForTokens(errors, path, spec);
        }
    }

    private static void Dns(FieldErrors errors, FieldPath path, PodSpec spec)
    {
        var at = path / "dnsConfig";
        if (spec.DNSPolicy == DNSPolicy.DNSNone)
        {
            if (spec.DNSConfig is null)
            {
                errors.Required(at, "must provide `dnsConfig` when `dnsPolicy` is None");
            }
            else if (spec.DNSConfig.Nameservers.Count == 0)
            {
                errors.Required(at / "nameservers", "must provide at least one DNS nameserver when `dnsPolicy` is None");
            }
        }

        if (spec.DNSConfig is not { } dns)
        {
            return;
        }

        if (dns.Nameservers.Count > 3)
        {
            errors.Invalid(at / "nameservers", RawValue.Of(dns.Nameservers), "must not have more than 3 nameservers");
        }

        for (var i = 0; i < dns.Nameservers.Count; i++)
        {
            errors.IP((at / "nameservers")[i], dns.Nameservers[i]);
        }

        if (dns.Searches.Count > 32)
        {
            errors.Invalid(at / "searches", RawValue.Of(dns.Searches), "must not have more than 32 search paths");
        }

        if (dns.Searches.Sum(search => search.Length + 1) > 2049)
        {
            errors.Invalid(at / "searches", RawValue.Of(dns.Searches), "must not have more than 2048 characters (including spaces) in the search list");
        }

        for (var i = 0; i < dns.Searches.Count; i++)
        {
            var search = dns.Searches[i] == "." ? "a" : dns.Searches[i].TrimEnd('.').Replace("_", "a", StringComparison.Ordinal);
            errors.InvalidIf(Names.SubdomainProblem(search), (at / "searches")[i], dns.Searches[i]);
        }

        for (var i = 0; i < dns.Options.Count; i++)
        {
            if (dns.Options[i].Name.Length == 0)
            {
                errors.Required((at / "options")[i], "must not be empty");
            }
        }
    }

    private static void Identity(FieldErrors errors, FieldPath path, PodSpec spec)
    {
        errors.Subdomain(path, "serviceAccountName", spec.ServiceAccountName);
        errors.Subdomain(path, "priorityClassName", spec.PriorityClassName);
        errors.Subdomain(path, "runtimeClassName", spec.RuntimeClassName);
        if (spec.SchedulerName.Length > 0)
        {
            errors.QualifiedName(path / "schedulerName", spec.SchedulerName);
        }

        Label("hostname", spec.Hostname);
        Label("subdomain", spec.Subdomain);
        if (spec.HostnameOverride is { } name)
        {
            var at = path / "hostnameOverride";
            if (name.Length > 64)
            {
                errors.TooLong(at, 64);
            }
            else
            {
                errors.InvalidIf(Names.SubdomainProblem(name), at, name);
            }

            if (spec.SetHostnameAsFQDN == true)
            {
                errors.Forbidden(at, "may not be specified when `setHostnameAsFQDN` is true");
            }

            if (spec.HostNetwork)
            {
                errors.Forbidden(at, "may not be specified when `hostNetwork` is true");
            }
        }

        if (spec.PreemptionPolicy is { } preemption)
        {
            errors.OneOf(path, "preemptionPolicy", preemption, ["Never", "PreemptLowerPriority"]);
        }

        void Label(string field, string value)
        {
            if (value.Length > 0)
            {
                errors.InvalidIf(Names.LabelProblem(value), path / field, value);
            }
        }
    }

    private static void Isolation(FieldErrors errors, FieldPath path, PodSpec spec)
    {
        if (spec.ShareProcessNamespace == true && spec.HostPID)
        {
            errors.Invalid(path / "shareProcessNamespace", true, "ShareProcessNamespace and HostPID cannot both be enabled");
        }

        if (spec.HostUsers != false)
        {
            return;
        }

        Forbid("hostNetwork", spec.HostNetwork);
        Forbid("hostPID", spec.HostPID);
        Forbid("hostIPC", spec.HostIPC);
        if (spec.Containers.Concat(spec.InitContainers).Any(container => container.VolumeDevices.Count > 0))
        {
            errors.Forbidden(path / "volumeDevices", "when `hostUsers` is false");
        }

        void Forbid(string field, bool isSet)
        {
            if (isSet)
            {
                errors.Forbidden(path / field, "when `hostUsers` is false");
            }
        }
    }

    private static void Lists(FieldErrors errors, FieldPath path, PodSpec spec)
    {
        for (var i = 0; i < spec.HostAliases.Count; i++)
        {
            var (at, alias) = ((path / "hostAliases")[i], spec.HostAliases[i]);
            errors.IP(at / "ip", alias.IP);
            for (var h = 0; h < alias.Hostnames.Count; h++)
            {
                errors.InvalidIf(Names.SubdomainProblem(alias.Hostnames[h]), (at / "hostnames")[h], alias.Hostnames[h]);
            }
        }

        for (var i = 0; i < spec.ReadinessGates.Count; i++)
        {
            errors.QualifiedName((path / "readinessGates")[i] / "conditionType", spec.ReadinessGates[i].ConditionType);
        }

        var isGateRepeated = Repeats.Of(spec.SchedulingGates, static item => item.Name);
        for (var i = 0; i < spec.SchedulingGates.Count; i++)
        {
            var (at, name) = ((path / "schedulingGates")[i], spec.SchedulingGates[i].Name);
            errors.QualifiedName(at, name);
            if (isGateRepeated[i])
            {
                errors.Duplicate(at, name);
            }
        }

        var isClaimRepeated = Repeats.Of(spec.ResourceClaims, static item => item.Name);
        for (var i = 0; i < spec.ResourceClaims.Count; i++)
        {
            var (at, claim) = ((path / "resourceClaims")[i], spec.ResourceClaims[i]);
            errors.RequiredLabel(at, "name", claim.Name);
            if (isClaimRepeated[i])
            {
                errors.Duplicate(at / "name", claim.Name);
            }

            if ((claim.ResourceClaimName is null) == (claim.ResourceClaimTemplateName is null))
            {
                errors.Invalid(at, RawValue.Of(claim), "must specify exactly one of: `resourceClaimName`, `resourceClaimTemplateName`");
            }

            errors.Subdomain(at, "resourceClaimName", claim.ResourceClaimName);
            errors.Subdomain(at, "resourceClaimTemplateName", claim.ResourceClaimTemplateName);
        }
    }

    private static void PodLevel(FieldErrors errors, FieldPath path, ResourceRequirements resources, PodSpec spec)
    {
        ResourceRules.Requirements(errors, path, resources, null);
        if (resources.Claims.Count > 0)
        {
            errors.Forbidden(path / "claims", "claims may not be set for Resources at pod-level");
        }

        foreach (var name in resources.Limits.Keys.Concat(resources.Requests.Keys).Distinct())
        {
            if (name is not ("cpu" or "memory") && !ResourceRules.IsHugePages(name))
            {
                errors.NotSupported(path, name, ["cpu", "hugepages-", "memory"]);
            }
        }

        foreach (var (name, request) in resources.Requests)
        {
            var sum = spec.Containers.Sum(container => container.Resources.Requests.TryGetValue(name, out var amount) ? amount.Value : 0);
            if (sum > request.Value)
            {
                errors.Invalid((path / "requests")[name], request, $"must be greater than or equal to aggregate container requests of {new Api.Quantity(sum)}");
            }
        }

        foreach (var (name, limit) in resources.Limits)
        {
            for (var i = 0; i < spec.Containers.Count; i++)
            {
                if (spec.Containers[i].Resources.Limits.TryGetValue(name, out var amount) && amount.Value > limit.Value)
                {
                    errors.Invalid(FieldPath.Of("spec") / $"containers[{i}]" / "resources" / $"limits[{name}]", amount, $"must be less than or equal to pod limits of {limit}");
                }
            }
        }
    }

    private static void OperatingSystem(FieldErrors errors, FieldPath path, PodSpec spec)
    {
        if (spec.OS is not { } os)
        {
            return;
        }

        errors.RequiredOneOf(path / "os", "name", os.Name, ["linux", "windows"]);
        if (os.Name == OSName.Linux)
        {
            Forbid(path / "securityContext" / "windowsOptions", spec.SecurityContext?.WindowsOptions is not null, "linux");
            for (var i = 0; i < spec.Containers.Count; i++)
            {
                Forbid((path / "containers")[i] / "securityContext" / "windowsOptions", spec.Containers[i].SecurityContext?.WindowsOptions is not null, "linux");
            }

            return;
        }

        if (os.Name != OSName.Windows)
        {
            return;
        }

        Forbid(path / "hostPID", spec.HostPID, "windows");
        Forbid(path / "hostIPC", spec.HostIPC, "windows");
        Forbid(path / "hostUsers", spec.HostUsers is not null, "windows");
        Forbid(path / "shareProcessNamespace", spec.ShareProcessNamespace is not null, "windows");
        if (spec.SecurityContext is { } context)
        {
            var at = path / "securityContext";
            Forbid(at / "fsGroup", context.FSGroup is not null, "windows");
            Forbid(at / "fsGroupChangePolicy", context.FSGroupChangePolicy is not null, "windows");
            Forbid(at / "sysctls", context.Sysctls.Count > 0, "windows");
            Forbid(at / "seLinuxOptions", context.SELinuxOptions is not null, "windows");
            Forbid(at / "seLinuxChangePolicy", context.SELinuxChangePolicy is not null, "windows");
            Forbid(at / "seccompProfile", context.SeccompProfile is not null, "windows");
            Forbid(at / "appArmorProfile", context.AppArmorProfile is not null, "windows");
            Forbid(at / "supplementalGroups", context.SupplementalGroups.Count > 0, "windows");
            Forbid(at / "supplementalGroupsPolicy", context.SupplementalGroupsPolicy is not null, "windows");
            Forbid(at / "runAsUser", context.RunAsUser is not null, "windows");
            Forbid(at / "runAsGroup", context.RunAsGroup is not null, "windows");
        }

        for (var i = 0; i < spec.Containers.Count; i++)
        {
            WindowsContainer((path / "containers")[i] / "securityContext", spec.Containers[i].SecurityContext);
        }

        void WindowsContainer(FieldPath at, SecurityContext? container)
        {
            Forbid(at / "runAsUser", container?.RunAsUser is not null, "windows");
            Forbid(at / "runAsGroup", container?.RunAsGroup is not null, "windows");
            Forbid(at / "seLinuxOptions", container?.SELinuxOptions is not null, "windows");
            Forbid(at / "seccompProfile", container?.SeccompProfile is not null, "windows");
            Forbid(at / "appArmorProfile", container?.AppArmorProfile is not null, "windows");
            Forbid(at / "capabilities", container?.Capabilities is not null, "windows");
            Forbid(at / "readOnlyRootFilesystem", container?.ReadOnlyRootFilesystem is not null, "windows");
            Forbid(at / "privileged", container?.Privileged is not null, "windows");
            Forbid(at / "allowPrivilegeEscalation", container?.AllowPrivilegeEscalation is not null, "windows");
            Forbid(at / "procMount", container?.ProcMount is not null, "windows");
        }

        void Forbid(FieldPath at, bool isSet, string system)
        {
            if (isSet)
            {
                errors.Forbidden(at, $"cannot be set for a {system} pod");
            }
        }
    }

    private static void RequireAccountForTokens(FieldErrors errors, FieldPath path, PodSpec spec)
    {
        for (var i = 0; i < spec.Volumes.Count; i++)
        {
            if (spec.Volumes[i].Projected is not { } projected)
            {
                continue;
            }

            for (var s = 0; s < projected.Sources.Count; s++)
            {
                if (projected.Sources[s].ServiceAccountToken is not null)
                {
                    errors.Forbidden(((path / "volumes")[i] / "projected" / "sources")[s] / "serviceAccountToken", "must not be specified when serviceAccountName is not set");
                }
            }
        }
    }
}
