using System.Text.RegularExpressions;
using Navarch.Api.Core.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>A machine that runs pods.</summary>
public sealed partial class NodeResource : Resource<Node>
{
    private const string RolePrefix = "node-role.kubernetes.io/";
    private const int FeatureMax = 253;
    private static readonly string[] Effects = ["NoExecute", "NoSchedule", "PreferNoSchedule"];

    public override string StoragePrefix => "/registry/minions/";

    public override bool HasStatus => true;

    public override IReadOnlyList<Column<Node>> Columns { get; } =
    [
        Columns<Node>.Name,
        Columns<Node>.Text("Status", Status),
        Columns<Node>.Text("Roles", Roles),
        Columns<Node>.Age,
        Columns<Node>.Text("Version", static node => node.Status.NodeInfo.KubeletVersion),
        Columns<Node>.Text("Internal-IP", static node => Address(node, NodeAddressType.NodeInternalIP), priority: 1),
        Columns<Node>.Text("External-IP", static node => Address(node, NodeAddressType.NodeExternalIP), priority: 1),
        Columns<Node>.Text("OS-Image", static node => OrUnknown(node.Status.NodeInfo.OSImage), priority: 1),
        Columns<Node>.Text("Kernel-Version", static node => OrUnknown(node.Status.NodeInfo.KernelVersion), priority: 1),
        Columns<Node>.Text("Container-Runtime", static node => OrUnknown(node.Status.NodeInfo.ContainerRuntimeVersion), priority: 1),
    ];

    public override IReadOnlyDictionary<string, Func<Node, string>> SelectableFields { get; } = new Dictionary<string, Func<Node, string>>
    {
        ["spec.unschedulable"] = static node => node.Spec.Unschedulable ? "true" : "false",
    };

    public override Node Default(Node value) => value.Status.Allocatable.Count == 0 && value.Status.Capacity.Count > 0
        ? value with { Status = value.Status with { Allocatable = value.Status.Capacity } }
        : value;

    public override Node PrepareForUpdate(Node value, Node old, WriteContext context) => value with { Status = old.Status };

    public override Node PrepareForStatusUpdate(Node value, Node old, WriteContext context) => value with { Spec = old.Spec };

    public override void Validate(Node value, FieldErrors errors)
    {
        var spec = FieldPath.Of("spec");
        var isTaintRepeated = Repeats.Of(value.Spec.Taints, static item => (item.Key, item.Effect));
        for (var i = 0; i < value.Spec.Taints.Count; i++)
        {
            var (path, taint) = ((spec / "taints")[i], value.Spec.Taints[i]);
            errors.QualifiedName(path / "key", taint.Key);
            errors.LabelValue(path / "value", taint.Value);
            errors.RequiredOneOf(path, "effect", taint.Effect, Effects);
            if (isTaintRepeated[i])
            {
                errors.Duplicate(path, RawValue.Of(taint));
            }
        }

        var cidrs = value.Spec.PodCIDRs;
        if (cidrs.Count > 2 || (cidrs.Count == 2 && cidrs[0].Contains(':') == cidrs[1].Contains(':')))
        {
            errors.Invalid(spec / "podCIDRs", RawValue.Of(cidrs), "may specify no more than one CIDR for each IP family");
        }

        for (var i = 0; i < cidrs.Count; i++)
        {
            errors.CIDR((spec / "podCIDRs")[i], cidrs[i]);
        }

        if (cidrs.Count > 0 && value.Spec.PodCIDR.Length > 0 && cidrs[0] != value.Spec.PodCIDR)
        {
            errors.Invalid(spec / "podCIDRs[0]", cidrs[0], "must be equal to `podCIDR`");
        }

        Status(value, errors);
    }

    public override void ValidateUpdate(Node value, Node old, FieldErrors errors)
    {
        if (old.Spec.PodCIDRs.Count > 0 && !old.Spec.PodCIDRs.SequenceEqual(value.Spec.PodCIDRs))
        {
            errors.Forbidden("spec.podCIDRs", "node updates may not change podCIDR except from \"\" to valid");
        }

        if (old.Spec.ProviderID.Length > 0 && old.Spec.ProviderID != value.Spec.ProviderID)
        {
            errors.Forbidden("spec.providerID", "node updates may not change providerID except from \"\" to valid");
        }

        if (old.Spec.DoNotUseExternalID != value.Spec.DoNotUseExternalID)
        {
            errors.Forbidden("spec.externalID", "may not be updated");
        }
    }

    public override void ValidateStatusUpdate(Node value, Node old, FieldErrors errors) => Status(value, errors);

    public override IEnumerable<string> Warnings(Node value)
    {
        if (value.Spec.ConfigSource is not null)
        {
            yield return "spec.configSource: the feature is no longer supported";
        }

        if (value.Spec.DoNotUseExternalID.Length > 0)
        {
            yield return "spec.externalID: this field is deprecated, and is unused by Kubernetes";
        }
    }

    private static void Status(Node node, FieldErrors errors)
    {
        var status = FieldPath.Of("status");
        var isRepeated = Repeats.Of(node.Status.Addresses);
        for (var i = 0; i < node.Status.Addresses.Count; i++)
        {
            if (isRepeated[i])
            {
                errors.Duplicate((status / "addresses")[i], RawValue.Of(node.Status.Addresses[i]));
            }
        }

        DeclaredFeatures(errors, status / "declaredFeatures", node.Status.DeclaredFeatures);
        ResourceRules.Amounts(errors, status / "capacity", node.Status.Capacity);
        ResourceRules.Amounts(errors, status / "allocatable", node.Status.Allocatable);
    }

    private static void DeclaredFeatures(FieldErrors errors, FieldPath path, IReadOnlyList<string> features)
    {
        for (var i = 0; i < features.Count; i++)
        {
            var feature = features[i];
            if (feature.Length > FeatureMax)
            {
                errors.Invalid(path[i], feature, $"invalid feature name {GoText.Quote(feature)}: must be no more than {FeatureMax} characters");
            }
            else if (!FeatureForm().IsMatch(feature))
            {
                errors.Invalid(
                    path[i], feature,
                    $"invalid feature name {GoText.Quote(feature)}: must start with an UpperCamelCase segment, with subsequent segments separated by '/' (e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric characters and slashes");
            }

            var order = i == 0 ? -1 : string.CompareOrdinal(features[i - 1], feature);
            if (order == 0)
            {
                errors.Duplicate(path[i], feature);
            }
            else if (order > 0)
            {
                errors.Invalid(path[i], feature, "list must be sorted alphabetically");
            }
        }
    }

    [GeneratedRegex(@"\A[A-Z][A-Za-z0-9]*(/[A-Za-z0-9]+)*\z", RegexOptions.NonBacktracking)]
    private static partial Regex FeatureForm();

    private static string Status(Node node)
    {
        var ready = node.Status.Conditions.FirstOrDefault(condition => condition.Type == NodeConditionType.NodeReady)?.Status;
        var text = ready is null ? "Unknown" : ready == ConditionStatus.ConditionTrue ? "Ready" : "NotReady";
        return node.Spec.Unschedulable ? text + ",SchedulingDisabled" : text;
    }

    private static string Roles(Node node)
    {
        var roles = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (key, value) in node.Metadata.Labels)
        {
            if (key.StartsWith(RolePrefix, StringComparison.Ordinal) && key.Length > RolePrefix.Length)
            {
                roles.Add(key[RolePrefix.Length..]);
            }
            else if (key == "kubernetes.io/role" && value.Length > 0)
            {
                roles.Add(value);
            }
        }

        return Cells.OrNone(string.Join(',', roles));
    }

    private static string Address(Node node, string type) => Cells.OrNone(node.Status.Addresses.FirstOrDefault(address => address.Type == type)?.Address);

    private static string OrUnknown(string text) => text.Length == 0 ? Cells.Unknown : text;
}
