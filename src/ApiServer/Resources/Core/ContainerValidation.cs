using System.Globalization;
using Navarch.Api.Core.V1;
using Navarch.Machinery.Errors;
using Navarch.Machinery.Pods;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>The rules of containers, init containers and ephemeral containers.</summary>
internal sealed class ContainerValidation(FieldErrors errors, PodSpec spec, bool isTemplate)
{
    private static readonly string[] PullPolicies = [PullPolicy.PullAlways, PullPolicy.PullIfNotPresent, PullPolicy.PullNever];
    private static readonly string[] MessagePolicies = ["FallbackToLogsOnError", "File"];
    private static readonly string[] RestartPolicies = ["Always", "Never", "OnFailure"];
    private static readonly HashSet<string> NoNames = [];

    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private readonly HashSet<(string Protocol, string HostIP, int Port)> hostPorts = [];

    private readonly Lazy<Dictionary<string, Volume>> volumes = new(
        () => spec.Volumes.DistinctBy(static volume => volume.Name).ToDictionary(static volume => volume.Name, StringComparer.Ordinal));

    private readonly Lazy<HashSet<string>> claims = new(() => spec.ResourceClaims.Select(static claim => claim.Name).ToHashSet(StringComparer.Ordinal));
    private readonly Lazy<HashSet<string>> targets = new(() => spec.Containers.Concat(spec.InitContainers).Select(static container => container.Name).ToHashSet(StringComparer.Ordinal));

    public void All(FieldPath path)
    {
        for (var i = 0; i < spec.InitContainers.Count; i++)
        {
            Init((path / "initContainers")[i], spec.InitContainers[i]);
        }

        if (spec.Containers.Count == 0)
        {
            errors.Required(path / "containers");
        }

        for (var i = 0; i < spec.Containers.Count; i++)
        {
            var at = (path / "containers")[i];
            Common(at, spec.Containers[i], isMain: true);
            Handlers(at, spec.Containers[i]);
            RestartRules(at, spec.Containers[i]);
        }

        for (var i = 0; i < spec.EphemeralContainers.Count; i++)
        {
            Ephemeral((path / "ephemeralContainers")[i], spec.EphemeralContainers[i]);
        }
    }

    private void Init(FieldPath path, Container container)
    {
        Common(path, container);
        RestartRules(path, container);
        if (container.RestartPolicy == ContainerRestartPolicy.Always)
        {
            Handlers(path, container);
            return;
        }

        Forbid(path / "lifecycle", container.Lifecycle);
        Forbid(path / "livenessProbe", container.LivenessProbe);
        Forbid(path / "readinessProbe", container.ReadinessProbe);
        Forbid(path / "startupProbe", container.StartupProbe);

        void Forbid(FieldPath at, object? value)
        {
            if (value is not null)
            {
                errors.Forbidden(at, "may not be set for init containers without restartPolicy=Always");
            }
        }
    }

    private void Ephemeral(FieldPath path, EphemeralContainer container)
    {
        Common(path, EphemeralContainers.AsContainer(container));
        Forbid("ports", container.Ports.Count > 0);
        Forbid("livenessProbe", container.LivenessProbe is not null);
        Forbid("readinessProbe", container.ReadinessProbe is not null);
        Forbid("startupProbe", container.StartupProbe is not null);
        Forbid("lifecycle", container.Lifecycle is not null);
        Forbid("resources", container.Resources != ResourceRequirements.Empty);
        Forbid("resizePolicy", container.ResizePolicy.Count > 0);
        Forbid("restartPolicy", container.RestartPolicy is not null);
        Forbid("restartPolicyRules", container.RestartPolicyRules.Count > 0);
        for (var i = 0; i < container.VolumeMounts.Count; i++)
        {
            if (container.VolumeMounts[i].SubPath.Length > 0)
            {
                errors.Forbidden((path / "volumeMounts")[i] / "subPath", "cannot be set for an Ephemeral Container");
            }
        }

        if (container.TargetContainerName.Length > 0 && !targets.Value.Contains(container.TargetContainerName))
        {
            errors.NotFound(path / "targetContainerName", container.TargetContainerName);
        }

        void Forbid(string field, bool isSet)
        {
            if (isSet)
            {
                errors.Forbidden(path / field, "cannot be set for an Ephemeral Container");
            }
        }
    }

    private void Common(FieldPath path, Container container, bool isMain = false)
    {
        errors.RequiredLabel(path, "name", container.Name);
        if (container.Name.Length > 0 && !names.Add(container.Name))
        {
            errors.Duplicate(path / "name", container.Name);
        }

        if (container.Image.Length == 0)
        {
            errors.Required(path / "image");
        }
        else if (container.Image.Trim() != container.Image)
        {
            errors.Invalid(path / "image", container.Image, "must not have leading or trailing whitespace");
        }

        errors.RequiredOneOf(path, "imagePullPolicy", container.ImagePullPolicy, PullPolicies);
        errors.RequiredOneOf(path, "terminationMessagePolicy", container.TerminationMessagePolicy, MessagePolicies);
        Ports(path / "ports", container, isMain);
        var environment = new EnvironmentValidation(errors, volumes);
        environment.Variables(path / "env", container.Env);
        environment.Sources(path / "envFrom", container.EnvFrom);
        Mounts(path / "volumeMounts", container);
        Devices(path / "volumeDevices", container);
        ResourceRules.Requirements(errors, path / "resources", container.Resources, claims);
        ResizePolicies(path / "resizePolicy", container.ResizePolicy);
        SecurityContextValidation.Container(errors, path / "securityContext", container.SecurityContext, spec);
    }

    private void Handlers(FieldPath path, Container container)
    {
        if (container.Lifecycle is { } lifecycle)
        {
            ProbeValidation.Lifecycle(errors, path / "lifecycle", lifecycle, spec);
        }

        ProbeValidation.Probe(errors, path / "livenessProbe", container.LivenessProbe, mustSucceedOnce: true);
        ProbeValidation.Probe(errors, path / "readinessProbe", container.ReadinessProbe, mustSucceedOnce: false);
        if (container.ReadinessProbe?.TerminationGracePeriodSeconds is { } grace)
        {
            errors.Invalid(path / "readinessProbe" / "terminationGracePeriodSeconds", grace, "must not be set for readinessProbes");
        }

        ProbeValidation.Probe(errors, path / "startupProbe", container.StartupProbe, mustSucceedOnce: true);
    }

    private void RestartRules(FieldPath path, Container container)
    {
        if (container.RestartPolicy is { } policy)
        {
            errors.OneOf(path, "restartPolicy", policy, RestartPolicies);
        }

        if (container.RestartPolicyRules.Count == 0)
        {
            return;
        }

        var rules = path / "restartPolicyRules";
        if (container.RestartPolicy is null)
        {
            errors.Required(path / "restartPolicy", "must specify restartPolicy when restart rules are used");
        }

        if (container.RestartPolicyRules.Count > 20)
        {
            errors.TooMany(rules, container.RestartPolicyRules.Count, 20);
        }

        for (var i = 0; i < container.RestartPolicyRules.Count; i++)
        {
            var (at, rule) = (rules[i], container.RestartPolicyRules[i]);
            errors.OneOf(at, "action", rule.Action, [ContainerRestartRuleAction.Restart, ContainerRestartRuleAction.RestartAllContainers]);
            if (rule.ExitCodes is not { } codes)
            {
                errors.Required(at / "exitCodes", "must be specified");
                continue;
            }

            errors.OneOf(at / "exitCodes", "operator", codes.Operator, ["In", "NotIn"]);
            if (codes.Values.Count > 255)
            {
                errors.TooMany(at / "exitCodes" / "values", codes.Values.Count, 255);
            }
        }
    }

    private void Ports(FieldPath path, Container container, bool isMain)
    {
        var isHostPortUnique = container.RestartPolicy == ContainerRestartPolicy.Always || isMain;
        var isRepeated = Repeats.Of(container.Ports, static item => item.Name);
        for (var i = 0; i < container.Ports.Count; i++)
        {
            var (at, port) = (path[i], container.Ports[i]);
            if (port.Name.Length > 0)
            {
                errors.PortName(at / "name", port.Name);
                if (isRepeated[i])
                {
                    errors.Duplicate(at / "name", port.Name);
                }
            }

            if (port.ContainerPortValue == 0)
            {
                errors.Required(at / "containerPort");
            }
            else
            {
                errors.PortNumber(at / "containerPort", port.ContainerPortValue);
            }

            if (port.HostPort != 0)
            {
                errors.PortNumber(at / "hostPort", port.HostPort);
                if (isHostPortUnique && !hostPorts.Add((port.Protocol, port.HostIP, port.HostPort)))
                {
                    errors.Duplicate(at / "hostPort", string.Create(CultureInfo.InvariantCulture, $"{port.Protocol}/{port.HostIP}/{port.HostPort}"));
                }
            }

            if (spec.HostNetwork && port.HostPort != port.ContainerPortValue && (port.HostPort != 0 || !isTemplate))
            {
                errors.Invalid(at / "containerPort", port.ContainerPortValue, "must match `hostPort` when `hostNetwork` is true");
            }

            errors.RequiredOneOf(at, "protocol", port.Protocol, CommonRules.Protocols);
        }
    }

    private void Mounts(FieldPath path, Container container)
    {
        var (devices, devicePaths) = container.VolumeDevices.Count == 0
            ? (NoNames, NoNames)
            : (container.VolumeDevices.Select(static device => device.Name).ToHashSet(StringComparer.Ordinal), container.VolumeDevices.Select(static device => device.DevicePath).ToHashSet(StringComparer.Ordinal));
        var isRepeated = Repeats.Of(container.VolumeMounts, static item => item.MountPath);
        for (var i = 0; i < container.VolumeMounts.Count; i++)
        {
            var (at, mount) = (path[i], container.VolumeMounts[i]);
            if (mount.Name.Length == 0)
            {
                errors.Required(at / "name");
            }
            else if (!volumes.Value.ContainsKey(mount.Name))
            {
                errors.NotFound(at / "name", mount.Name);
            }
            else if (devices.Contains(mount.Name))
            {
                errors.Invalid(at / "name", mount.Name, "must not already exist in volumeDevices");
            }

            if (mount.MountPath.Length == 0)
            {
                errors.Required(at / "mountPath");
            }
            else if (isRepeated[i])
            {
                errors.Invalid(at / "mountPath", mount.MountPath, "must be unique");
            }
            else if (devicePaths.Contains(mount.MountPath))
            {
                errors.Invalid(at / "mountPath", mount.MountPath, "must not already exist as a path in volumeDevices");
            }

            MountOptions(at, mount, container);
        }
    }

    private void MountOptions(FieldPath path, VolumeMount mount, Container container)
    {
        if (mount.SubPath.Length > 0)
        {
            PathRules.Relative(errors, path / "subPath", mount.SubPath);
        }

        if (mount.SubPathExpr.Length > 0)
        {
            if (mount.SubPath.Length > 0)
            {
                errors.Invalid(path / "subPathExpr", mount.SubPathExpr, "subPathExpr and subPath are mutually exclusive");
            }

            PathRules.Relative(errors, path / "subPathExpr", mount.SubPathExpr);
        }

        if (mount.MountPropagation is { } propagation)
        {
            errors.OneOf(path, "mountPropagation", propagation, ["Bidirectional", "HostToContainer", "None"]);
            if (propagation == MountPropagationMode.MountPropagationBidirectional && container.SecurityContext?.Privileged != true)
            {
                errors.Forbidden(path / "mountPropagation", "Bidirectional mount propagation is available only to privileged containers");
            }
        }

        if (mount.RecursiveReadOnly is { } recursive)
        {
            errors.OneOf(path, "recursiveReadOnly", recursive, ["Disabled", "Enabled", "IfPossible"]);
            if (recursive is "Enabled" or "IfPossible")
            {
                if (!mount.ReadOnly)
                {
                    errors.Forbidden(path / "recursiveReadOnly", "may only be specified when readOnly is true");
                }

                if (mount.MountPropagation is not (null or "None"))
                {
                    errors.Forbidden(path / "recursiveReadOnly", "may only be specified when mountPropagation is None or not specified");
                }
            }
        }
    }

    private void Devices(FieldPath path, Container container)
    {
        var isNameRepeated = Repeats.Of(container.VolumeDevices, static item => item.Name);
        var isPathRepeated = Repeats.Of(container.VolumeDevices, static item => item.DevicePath);
        for (var i = 0; i < container.VolumeDevices.Count; i++)
        {
            var (at, device) = (path[i], container.VolumeDevices[i]);
            var volume = volumes.Value.GetValueOrDefault(device.Name);
            if (device.Name.Length == 0)
            {
                errors.Required(at / "name");
            }
            else if (isNameRepeated[i])
            {
                errors.Invalid(at / "name", device.Name, "must be unique");
            }
            else if (volume is null)
            {
                errors.NotFound(at / "name", device.Name);
            }
            else if (volume is { PersistentVolumeClaim: null, Ephemeral: null })
            {
                errors.Invalid(at / "name", device.Name, "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode");
            }

            if (device.DevicePath.Length == 0)
            {
                errors.Required(at / "devicePath");
            }
            else if (isPathRepeated[i])
            {
                errors.Invalid(at / "devicePath", device.DevicePath, "must be unique");
            }
            else
            {
                PathRules.NoBacksteps(errors, at / "devicePath", device.DevicePath);
            }
        }
    }

    private void ResizePolicies(FieldPath path, IReadOnlyList<ContainerResizePolicy> policies)
    {
        var isRepeated = Repeats.Of(policies, static item => item.ResourceName);
        for (var i = 0; i < policies.Count; i++)
        {
            var (at, policy) = (path[i], policies[i]);
            errors.RequiredOneOf(at, "resourceName", policy.ResourceName, ["cpu", "memory"]);
            errors.RequiredOneOf(at, "restartPolicy", policy.RestartPolicy, ["NotRequired", "RestartContainer"]);
            if (isRepeated[i])
            {
                errors.Duplicate(at, policy.ResourceName);
            }

            if (spec.RestartPolicy == RestartPolicy.Never && policy.RestartPolicy == ResourceResizeRestartPolicy.RestartContainer)
            {
                errors.Invalid(at / "restartPolicy", policy.RestartPolicy, "must be 'NotRequired' when `restartPolicy` is 'Never'");
            }
        }
    }
}
