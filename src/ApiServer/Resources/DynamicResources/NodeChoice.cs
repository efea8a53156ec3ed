using Navarch.Api.DynamicResources.V1;
using Navarch.ApiServer.Resources.Core;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.DynamicResources;

/// <summary>From which nodes devices can be used: said in exactly one way.</summary>
internal static class NodeChoice
{
    private const string OneForSlice = "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required";
    private const string OneForDevice = "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec";

    public static void OfSlice(FieldErrors errors, FieldPath path, ResourceSliceSpec spec)
    {
        var ways = Ways(errors, path, spec.NodeName, "must be either unset or set to a non-empty string", spec.NodeSelector, spec.AllNodes);
        if (spec.NodeSelector is { } selector && selector.NodeSelectorTerms.Count != 1)
        {
            errors.Invalid(
                path / "nodeSelector" / "nodeSelectorTerms",
                new RawValue($"[{string.Join(',', selector.NodeSelectorTerms.Select(static term => RawValue.Of(term).Json))}]"),
                "must have exactly one node selector term");
        }

        if (spec.PerDeviceNodeSelection == true)
        {
            ways.Add("`perDeviceNodeSelection`");
        }
        else if (spec.PerDeviceNodeSelection == false)
        {
            errors.Invalid(path / "perDeviceNodeSelection", false, "must be either unset or set to true");
        }

        if (ways.Count == 0)
        {
            errors.Required(path, OneForSlice);
        }
        else if (ways.Count > 1)
        {
            errors.Invalid(path, $"{{{string.Join(", ", ways)}}}", OneForSlice + ", but multiple fields are set");
        }
    }

    public static void OfDevice(FieldErrors errors, FieldPath path, Device device, bool isPerDevice)
    {
        if (!isPerDevice)
        {
            if (device.NodeName is not null || device.NodeSelector is not null || device.AllNodes is not null)
            {
                errors.Invalid(path, null, "`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec");
            }

            return;
        }

        var ways = Ways(errors, path, device.NodeName, "must not be empty", device.NodeSelector, device.AllNodes);
        if (ways.Count == 0)
        {
            errors.Required(path, OneForDevice);
        }
        else if (ways.Count > 1)
        {
            errors.Invalid(path, $"{{{string.Join(", ", ways)}}}", OneForDevice);
        }
    }

    private static List<string> Ways(FieldErrors errors, FieldPath path, string? name, string whenEmpty, Api.Core.V1.NodeSelector? selector, bool? all)
    {
        var ways = new List<string>();
        if (name is "")
        {
            errors.Invalid(path / "nodeName", "", whenEmpty);
        }
        else if (name is not null)
        {
            ways.Add("`nodeName`");
            errors.InvalidIf(Names.SubdomainProblem(name), path / "nodeName", name);
        }

        if (selector is not null)
        {
            ways.Add("`nodeSelector`");
            SchedulingValidation.NodeSelector(errors, path / "nodeSelector", selector);
        }

        if (all == true)
        {
            ways.Add("`allNodes`");
        }
        else if (all == false)
        {
            errors.Invalid(path / "allNodes", false, "must be either unset or set to true");
        }

        return ways;
    }
}
