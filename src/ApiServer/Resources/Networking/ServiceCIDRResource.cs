using Navarch.Api.Networking.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Networking;

/// <summary>A range that services get their addresses from.</summary>
public sealed class ServiceCIDRResource : Resource<ServiceCIDR>
{
    public override bool HasStatus => true;

    public override IReadOnlyList<Column<ServiceCIDR>> Columns { get; } =
    [
        Columns<ServiceCIDR>.Name,
        Columns<ServiceCIDR>.Text("CIDRs", static value => string.Join(',', value.Spec.CIDRs)),
        Columns<ServiceCIDR>.Age,
    ];

    public override ServiceCIDR PrepareForCreate(ServiceCIDR value, WriteContext context) => value with { Status = ServiceCIDRStatus.Empty };

    public override ServiceCIDR PrepareForUpdate(ServiceCIDR value, ServiceCIDR old, WriteContext context) => value with { Status = old.Status };

    public override ServiceCIDR PrepareForStatusUpdate(ServiceCIDR value, ServiceCIDR old, WriteContext context) => value with { Spec = old.Spec };

    public override void Validate(ServiceCIDR value, FieldErrors errors)
    {
        var (path, cidrs) = (FieldPath.Of("spec") / "cidrs", value.Spec.CIDRs);
        if (cidrs.Count == 0)
        {
            errors.Required(path, "at least one CIDR required");
        }
        else if (cidrs.Count > 2)
        {
            errors.Invalid(path, RawValue.Of(cidrs), "may only hold up to 2 values");
        }
        else if (cidrs.Count == 2 && cidrs[0].Contains(':') == cidrs[1].Contains(':'))
        {
            errors.Invalid(path, RawValue.Of(cidrs), "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/96");
        }

        for (var i = 0; i < cidrs.Count; i++)
        {
            errors.CIDR(path[i], cidrs[i]);
        }
    }

    public override void ValidateUpdate(ServiceCIDR value, ServiceCIDR old, FieldErrors errors)
    {
        for (var i = 0; i < old.Spec.CIDRs.Count; i++)
        {
            if (i >= value.Spec.CIDRs.Count || value.Spec.CIDRs[i] != old.Spec.CIDRs[i])
            {
                errors.Invalid((FieldPath.Of("spec") / "cidrs")[i], i < value.Spec.CIDRs.Count ? value.Spec.CIDRs[i] : null, CommonRules.Immutable);
            }
        }
    }
}
