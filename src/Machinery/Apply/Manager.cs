using Navarch.Api;
using Navarch.Api.Meta.V1;

namespace Navarch.Machinery.Apply;

/// <summary>Who writes: the field manager's name, through which version and subresource, and when.</summary>
public sealed record Manager(string Name, string ApiVersion, string Subresource, DateTimeOffset Now)
{
    /// <summary>Whether an entry is this manager's own. Who applies is known by name, whichever version it applies through.</summary>
    public bool Is(ManagedFieldsEntry entry, string operation) =>
        entry.Manager == Name && entry.Operation == operation && entry.Subresource == Subresource
        && (entry.APIVersion == ApiVersion || operation == FieldOperation.Apply);

    internal ManagedFieldsEntry Entry(string operation, RawExtension? fields) => new()
    {
        Manager = Name,
        Operation = operation,
        APIVersion = ApiVersion,
        Subresource = Subresource,
        Time = Now,
        FieldsType = "FieldsV1",
        FieldsV1 = fields,
    };
}
