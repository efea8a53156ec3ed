using Navarch.Api;
using Navarch.Api.Core.V1;

namespace Navarch.Machinery.Quotas;

/// <summary>Claims of volumes count one by one, and use the storage they ask for, in all and per class.</summary>
internal sealed class ClaimQuotaRule : QuotaRule
{
    public static readonly ClaimQuotaRule Instance = new();

    private const string Claims = "persistentvolumeclaims";
    private const string Storage = "requests.storage";
    private const string OfClass = ".storageclass.storage.k8s.io/";

    private static readonly Quantity One = new(1);

    private ClaimQuotaRule()
    {
    }

    public override bool ChangesByUpdate => true;

    public override bool Tracks(string name) =>
        name is Claims or "count/" + Claims or Storage
        || name.EndsWith(OfClass + Claims, StringComparison.Ordinal) || name.EndsWith(OfClass + Storage, StringComparison.Ordinal);

    public override bool IsCharged(string operation, string subresource) => subresource.Length == 0;

    public override Map<Quantity> Usage(IResource value, DateTimeOffset now)
    {
        var claim = (PersistentVolumeClaim)value;
        Map<Quantity> usage = [new(Claims, One), new("count/" + Claims, One)];
        var type = claim.Metadata.Annotations.Find("volume.beta.kubernetes.io/storage-class") ?? claim.Spec.StorageClassName ?? "";
        if (type.Length > 0)
        {
            usage = usage.With(type + OfClass + Claims, One);
        }

        if (claim.Spec.Resources.Requests.TryGetValue("storage", out var amount))
        {
            // A volume that was being made larger than is asked for now is as large.
            amount = claim.Status.AllocatedResources.TryGetValue("storage", out var allocated) && allocated > amount ? allocated : amount;
            usage = usage.With(Storage, amount);
            usage = type.Length > 0 ? usage.With(type + OfClass + Storage, amount) : usage;
        }

        return usage;
    }

    public override bool IsInScope(IResource value, ScopedResourceSelectorRequirement scope)
    {
        var claim = (PersistentVolumeClaim)value;
        if (scope.ScopeName != ResourceQuotaScope.VolumeAttributesClass)
        {
            return false;
        }

        // While the class changes, the claim is of the old one, the new one, and whichever is being tried.
        string[] names = [claim.Spec.VolumeAttributesClassName ?? "", claim.Status.ModifyVolumeStatus?.TargetVolumeAttributesClassName ?? "", claim.Status.CurrentVolumeAttributesClassName ?? ""];
        var said = names.Where(static name => name.Length > 0).Distinct().ToList();
        return said.Count == 0 ? Selects(scope, "") : said.Exists(name => Selects(scope, name));
    }
}
