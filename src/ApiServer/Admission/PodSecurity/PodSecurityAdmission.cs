using Navarch.Api;
using Navarch.Api.Apps.V1;
using Navarch.Api.Batch.V1;
using Navarch.Api.Core.V1;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Admission.PodSecurity;

/// <summary>
/// Holds pods to the level that labels of their namespace name: what is enforced refuses pods; what is warned of is said to
/// whoever makes pods or what makes pods, and what is audited to whoever reads the audit log.
/// </summary>
internal sealed class PodSecurityAdmission(PodSecuritySettings settings, Kind namespaces, Kind pods) : IAdmission
{
    private const int PodsChecked = 3000;

    public ValueTask ValidateAsync(AdmissionRequest request, CancellationToken ct)
    {
        switch (request.Value)
        {
            case Pod pod when request.Options.Subresource is "" or "ephemeralcontainers":
                if (request.Old is not Pod old || IsSignificant(pod, old))
                {
                    CheckPod(request, pod);
                }

                break;
            case Namespace space when request.Options.Subresource.Length == 0:
                CheckNamespace(request, space, request.Old as Namespace);
                break;
            default:
                if (request.Options.Subresource.Length == 0 && TemplateOf(request.Value) is { } template && !IsExempt(request, template.Spec))
                {
                    var labels = LabelsOf(request.Value.Metadata.Namespace);
                    Audit(request, labels, template.Metadata.Annotations, template.Spec);
                    Warn(request, labels, template.Metadata.Annotations, template.Spec);
                }

                break;
        }

        return default;
    }

    private static PodTemplateSpec? TemplateOf(IResource value) => value switch
    {
        Deployment deployment => deployment.Spec.Template,
        ReplicaSet set => set.Spec.Template,
        StatefulSet set => set.Spec.Template,
        DaemonSet set => set.Spec.Template,
        Job job => job.Spec.Template,
        CronJob job => job.Spec.JobTemplate.Spec.Template,
        ReplicationController controller => controller.Spec.Template,
        PodTemplate template => template.Template,
        _ => null,
    };

    // The labels are at hand without decoding the namespace, and mostly there is none that matters.
    private Map<string> LabelsOf(string @namespace) => namespaces.Objects.Current.Objects.Find(@namespace)?.Labels ?? [];

    private void CheckPod(AdmissionRequest request, Pod pod)
    {
        if (IsExempt(request, pod.Spec))
        {
            return;
        }

        var labels = LabelsOf(pod.Metadata.Namespace);
        var policy = PodSecurityPolicy.Of(labels, "enforce", settings.Enforce);
        request.Options.Audit?.Annotate("pod-security.kubernetes.io/enforce-policy", policy.ToString());
        Audit(request, labels, pod.Metadata.Annotations, pod.Spec);
        var violations = PodSecurityChecks.Find(policy, pod.Metadata.Annotations, pod.Spec);
        if (violations.Count > 0)
        {
            throw StatusErrors.Forbidden(Pod.ResourceType, pod.Metadata.Name, $"violates PodSecurity \"{policy}\": {string.Join(", ", violations)}").AsException();
        }

        Warn(request, labels, pod.Metadata.Annotations, pod.Spec);
    }

    private bool IsExempt(AdmissionRequest request, PodSpec spec)
    {
        var why = settings.Namespaces.Contains(request.Value.Metadata.Namespace) ? "namespace"
            : settings.Usernames.Contains(request.Options.User.Name) ? "user"
            : spec.RuntimeClassName is { Length: > 0 } type && settings.RuntimeClasses.Contains(type) ? "runtimeClass"
            : null;
        if (why is not null)
        {
            request.Options.Audit?.Annotate("pod-security.kubernetes.io/exempt", why);
        }

        return why is not null;
    }

    private void Audit(AdmissionRequest request, Map<string> labels, Map<string> annotations, PodSpec spec)
    {
        if (request.Options.Audit is { } record && Complaint(PodSecurityPolicy.Of(labels, "audit", settings.Audit), annotations, spec) is { } complaint)
        {
            record.Annotate("pod-security.kubernetes.io/audit-violations", complaint);
        }
    }

    private static string? Complaint(PodSecurityPolicy policy, Map<string> annotations, PodSpec spec)
    {
        var violations = PodSecurityChecks.Find(policy, annotations, spec);
        return violations.Count == 0 ? null : $"would violate PodSecurity \"{policy}\": {string.Join(", ", violations)}";
    }

    private void Warn(AdmissionRequest request, Map<string> labels, Map<string> annotations, PodSpec spec)
    {
        if (Complaint(PodSecurityPolicy.Of(labels, "warn", settings.Warn), annotations, spec) is { } complaint)
        {
            request.Options.Warnings.Add(complaint);
        }
    }

    private void CheckNamespace(AdmissionRequest request, Namespace space, Namespace? old)
    {
        var errors = new FieldErrors();
        PodSecurityPolicy.Validate(space.Metadata.Labels, errors);
        if (errors.Any)
        {
            // A namespace that was wrong before must still be changeable otherwise.
            var before = new FieldErrors();
            PodSecurityPolicy.Validate(old?.Metadata.Labels ?? [], before);
            if (errors.All.Count > before.All.Count)
            {
                throw StatusErrors.Invalid(Namespace.ResourceType, space.Metadata.Name, errors.All).AsException();
            }

            return;
        }

        var (policy, previous) = (PodSecurityPolicy.Of(space.Metadata.Labels, "enforce", settings.Enforce), PodSecurityPolicy.Of(old?.Metadata.Labels ?? [], "enforce", settings.Enforce));
        if (old is null || policy == previous || policy.Level == SecurityLevel.Privileged || (policy.Minor == previous.Minor && policy.Level < previous.Level))
        {
            return;
        }

        WarnOfPods(request, space.Metadata.Name, policy);
    }

    /// <summary>What is there already runs on, and will not come back.</summary>
    private void WarnOfPods(AdmissionRequest request, string @namespace, PodSecurityPolicy policy)
    {
        var byReason = new SortedDictionary<string, (string First, int Count)>(StringComparer.Ordinal);
        var all = pods.In<Pod>(@namespace).ToList();
        foreach (var pod in all.Take(PodsChecked))
        {
            var violations = PodSecurityChecks.Find(policy, pod.Metadata.Annotations, pod.Spec);
            if (violations.Count > 0)
            {
                var reason = string.Join(", ", violations.Select(static one => one.Reason));
                byReason[reason] = byReason.TryGetValue(reason, out var known) ? known with { Count = known.Count + 1 } : (pod.Metadata.Name, 1);
            }
        }

        var warnings = request.Options.Warnings;
        if (all.Count > PodsChecked)
        {
            warnings.Add($"new PodSecurity enforce level only checked against the first {PodsChecked} of {all.Count} existing pods");
        }

        if (byReason.Count > 0)
        {
            warnings.Add($"existing pods in namespace \"{@namespace}\" violate the new PodSecurity enforce level \"{policy}\"");
        }

        warnings.AddRange(byReason.Select(static one => one.Value.Count switch
        {
            1 => $"{one.Value.First}: {one.Key}",
            2 => $"{one.Value.First} (and 1 other pod): {one.Key}",
            var count => $"{one.Value.First} (and {count - 1} other pods): {one.Key}",
        }).Order(StringComparer.Ordinal));
    }

    // Of a pod that is there, little can change that matters; what does not must not be held up by rules made since.
    private static bool IsSignificant(Pod pod, Pod old) =>
        pod.Spec.EphemeralContainers.Count != old.Spec.EphemeralContainers.Count
        || !Images(pod.Spec).SequenceEqual(Images(old.Spec))
        || pod.Metadata.Annotations.Any(annotation => IsProfile(annotation.Key) && old.Metadata.Annotations.Find(annotation.Key) != annotation.Value);

    private static IEnumerable<string> Images(PodSpec spec) => spec.InitContainers.Concat(spec.Containers).Select(static container => container.Image);

    private static bool IsProfile(string key) =>
        key.StartsWith("container.apparmor.security.beta.kubernetes.io/", StringComparison.Ordinal)
        || key.StartsWith("seccomp.security.alpha.kubernetes.io/", StringComparison.Ordinal) || key.StartsWith("container.seccomp.security.alpha.kubernetes.io/", StringComparison.Ordinal);
}
