using Navarch.Api.Storage.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Storage;

/// <summary>How much storage of a class there is in a part of the cluster.</summary>
public sealed class CSIStorageCapacityResource : Resource<CSIStorageCapacity>
{
    public override bool AllowsUnconditionalUpdate => false;

    public override void Validate(CSIStorageCapacity value, FieldErrors errors)
    {
        if (value.StorageClassName.Length == 0)
        {
            errors.Required("storageClassName");
        }
        else
        {
            errors.InvalidIf(Names.SubdomainProblem(value.StorageClassName), "storageClassName", value.StorageClassName);
        }

        errors.Selector(FieldPath.Of("nodeTopology"), value.NodeTopology);
        if (value.Capacity is { Value: < 0 } capacity)
        {
            errors.Invalid("capacity", capacity, CommonRules.NotNegative);
        }
    }

    public override void ValidateUpdate(CSIStorageCapacity value, CSIStorageCapacity old, FieldErrors errors)
    {
        errors.Unchanged(FieldPath.Of("nodeTopology"), value.NodeTopology, old.NodeTopology, static topology => RawValue.Of(topology));
        errors.Unchanged(FieldPath.Of("storageClassName"), value.StorageClassName, old.StorageClassName, static name => name);
    }
}
