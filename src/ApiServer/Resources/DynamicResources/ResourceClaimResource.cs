using Navarch.Api.DynamicResources.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.DynamicResources;

/// <summary>What a pod needs of devices, which were allocated for it, and who uses them.</summary>
public sealed class ResourceClaimResource : Resource<ResourceClaim>
{
    public override bool HasStatus => true;

    public override IReadOnlyList<Column<ResourceClaim>> Columns { get; } =
    [
        Columns<ResourceClaim>.Name,
        Columns<ResourceClaim>.Text("State", State),
        Columns<ResourceClaim>.Age,
    ];

    public override ResourceClaim Default(ResourceClaim value) => value with { Spec = ClaimSpecRules.Default(value.Spec) };

    public override ResourceClaim PrepareForCreate(ResourceClaim value, WriteContext context) => value with { Status = ResourceClaimStatus.Empty };

    public override ResourceClaim PrepareForUpdate(ResourceClaim value, ResourceClaim old, WriteContext context) => value with { Status = old.Status };

    public override ResourceClaim PrepareForStatusUpdate(ResourceClaim value, ResourceClaim old, WriteContext context)
    {
        // A driver's word on a device goes with the device.
        var (before, after) = (Allocated(old.Status), Allocated(value.Status));
        var devices = value.Status.Devices.Where(device => !before.Contains(Key(device)) || after.Contains(Key(device))).ToList();
        return value with
        {
            Spec = old.Spec,
            Status = devices.Count == value.Status.Devices.Count ? value.Status : value.Status with { Devices = devices },
        };
    }

    public override void ValidateCreate(ResourceClaim value, FieldErrors errors) => ClaimSpecRules.Validate(errors, FieldPath.Of("spec"), value.Spec);

    public override void ValidateUpdate(ResourceClaim value, ResourceClaim old, FieldErrors errors) =>
        errors.Unchanged(FieldPath.Of("spec"), value.Spec, old.Spec, static spec => RawValue.Of(spec));

    public override void ValidateStatusUpdate(ResourceClaim value, ResourceClaim old, FieldErrors errors) => ClaimStatusRules.Validate(errors, value, old, Allocated(value.Status));

    internal static string Key(AllocatedDeviceStatus device) => Key(device.Driver, device.Pool, device.Device, device.ShareID);

    private static string Key(string driver, string pool, string device, string? share) => share is null ? $"{driver}/{pool}/{device}" : $"{driver}/{pool}/{device}/{share}";

    private static HashSet<string> Allocated(ResourceClaimStatus status) =>
        [.. (status.Allocation?.Devices.Results ?? []).Select(static result => Key(result.Driver, result.Pool, result.Device, result.ShareID))];

    private static string State(ResourceClaim value)
    {
        var states = new List<string>();
        if (value.Metadata.DeletionTimestamp is not null)
        {
            states.Add("deleted");
        }

        if (value.Status.Allocation is null)
        {
            if (states.Count == 0)
            {
                states.Add("pending");
            }
        }
        else
        {
            states.Add("allocated");
            if (value.Status.ReservedFor.Count > 0)
            {
                states.Add("reserved");
            }
        }

        return string.Join(',', states);
    }
}
