using Navarch.Api.DynamicResources.V1;
using Navarch.ApiServer.Resources.Core;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.DynamicResources;

/// <summary>What may be said of a claim: its allocation, its users, and the state of its devices.</summary>
internal static class ClaimStatusRules
{
    private const int ReservedForMax = 256;
    private const int ConditionsMax = 8;
    private const int InterfaceNameMax = 256;
    private const int HardwareAddressMax = 128;
    private const int AddressesMax = 16;

    /// <param name="allocated">Keys of the devices that the allocation names.</param>
    public static void Validate(FieldErrors errors, ResourceClaim value, ResourceClaim old, HashSet<string> allocated)
    {
        var (path, status) = (FieldPath.Of("status"), value.Status);
        ReservedFor(errors, path / "reservedFor", value, old);
        for (var i = 0; i < status.Devices.Count; i++)
        {
            Device(errors, (path / "devices")[i], status.Devices[i], allocated);
        }

        DeviceRules.Unique(errors, path / "devices", status.Devices, ResourceClaimResource.Key);
        if (status.Allocation is null)
        {
            return;
        }

        if (old.Status.Allocation is not null)
        {
            errors.Unchanged(path / "allocation", status.Allocation, old.Status.Allocation, static allocation => RawValue.Of(allocation));
        }
        else
        {
            Allocation(errors, path / "allocation", status.Allocation, ClaimSpecRules.RequestNames(value.Spec));
        }
    }

    private static void ReservedFor(FieldErrors errors, FieldPath path, ResourceClaim value, ResourceClaim old)
    {
        var users = value.Status.ReservedFor;
        if (DeviceRules.Fits(errors, path, users, ReservedForMax))
        {
            for (var i = 0; i < users.Count; i++)
            {
                errors.RequiredText(path[i], "resource", users[i].Resource);
                errors.RequiredText(path[i], "name", users[i].Name);
                errors.RequiredText(path[i], "uid", users[i].UID);
            }

            DeviceRules.Unique(errors, path, users, static user => user.UID);
        }

        if (users.Count == 0)
        {
            return;
        }

        if (value.Status.Allocation is null)
        {
            errors.Forbidden(path, "may not be specified when `allocated` is not set");
        }
        else if (old.Metadata.DeletionTimestamp is not null && users.Any(user => !old.Status.ReservedFor.Contains(user)))
        {
            errors.Forbidden(path, "new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set");
        }
    }

    private static void Allocation(FieldErrors errors, FieldPath path, AllocationResult allocation, HashSet<string> requests)
    {
        const int ResultsMax = 32;
        var (at, devices) = (path / "devices", allocation.Devices);
        if (DeviceRules.Fits(errors, at / "results", devices.Results, ResultsMax))
        {
            for (var i = 0; i < devices.Results.Count; i++)
            {
                var (where, result) = ((at / "results")[i], devices.Results[i]);
                ClaimSpecRules.Reference(errors, where / "request", result.Request, requests);
                VolumeValidation.Driver(errors, where / "driver", result.Driver);
                DeviceRules.PoolName(errors, where / "pool", result.Pool);
                errors.InvalidIf(Names.LabelProblem(result.Device), where / "device", result.Device);
                DeviceRules.Binding(errors, where, result.BindingConditions, result.BindingFailureConditions);
                DeviceRules.Tolerations(errors, where / "tolerations", result.Tolerations);
                DeviceRules.ShareId(errors, where / "shareID", result.ShareID);
            }
        }

        if (DeviceRules.Fits(errors, at / "config", devices.Config, 2 * DeviceRules.ListMax))
        {
            for (var i = 0; i < devices.Config.Count; i++)
            {
                var (where, config) = ((at / "config")[i], devices.Config[i]);
                errors.RequiredOneOf(where, "source", config.Source, [AllocationConfigSource.Claim, AllocationConfigSource.Class]);
                ClaimSpecRules.References(errors, where / "requests", config.Requests, requests);
                DeviceRules.Configuration(errors, where, config.Opaque);
            }
        }

        if (allocation.NodeSelector is { } nodes)
        {
            SchedulingValidation.NodeSelector(errors, path / "nodeSelector", nodes);
        }
    }

    private static void Device(FieldErrors errors, FieldPath path, AllocatedDeviceStatus device, HashSet<string> allocated)
    {
        VolumeValidation.Driver(errors, path / "driver", device.Driver);
        DeviceRules.PoolName(errors, path / "pool", device.Pool);
        errors.InvalidIf(Names.LabelProblem(device.Device), path / "device", device.Device);
        DeviceRules.ShareId(errors, path / "shareID", device.ShareID);
        if (!allocated.Contains(ResourceClaimResource.Key(device)))
        {
            errors.Invalid(path, ResourceClaimResource.Key(device), "must be an allocated device in the claim");
        }

        if (device.Conditions.Count > ConditionsMax)
        {
            errors.TooMany(path / "conditions", device.Conditions.Count, ConditionsMax);
        }

        errors.Conditions(path / "conditions", device.Conditions);
        if (device.Data is { Json.IsEmpty: false } data)
        {
            DeviceRules.Json(errors, path / "data", data, isStored: false);
        }

        if (device.NetworkData is { } network)
        {
            Network(errors, path / "networkData", network);
        }
    }

    private static void Network(FieldErrors errors, FieldPath path, NetworkDeviceData network)
    {
        if (network.InterfaceName.Length > InterfaceNameMax)
        {
            errors.TooLong(path / "interfaceName", InterfaceNameMax);
        }

        if (network.HardwareAddress.Length > HardwareAddressMax)
        {
            errors.TooLong(path / "hardwareAddress", HardwareAddressMax);
        }

        if (!DeviceRules.Fits(errors, path / "ips", network.IPs, AddressesMax))
        {
            return;
        }

        for (var i = 0; i < network.IPs.Count; i++)
        {
            if (!IsInterfaceAddress(network.IPs[i]))
            {
                errors.Invalid((path / "ips")[i], network.IPs[i], "must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)");
            }
        }

        DeviceRules.Unique(errors, path / "ips", network.IPs, static ip => ip);
    }

    /// <summary>An address with the length of its network's prefix; bits beyond the prefix are welcome.</summary>
    private static bool IsInterfaceAddress(string text)
    {
        var slash = text.IndexOf('/');
        return slash > 0 && CommonRules.ParseIP(text[..slash]) is { } address
            && int.TryParse(text.AsSpan(slash + 1), System.Globalization.NumberStyles.None, null, out var prefix)
            && prefix <= (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128);
    }
}
