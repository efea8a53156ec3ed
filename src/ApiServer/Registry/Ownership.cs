using Navarch.Api;
using Navarch.Api.Json;
using Navarch.Machinery.Apply;
using Navarch.Machinery.Json;

namespace Navarch.ApiServer.Registry;

/// <summary>Keeps <c>metadata.managedFields</c> true when somebody writes without applying.</summary>
internal static class Ownership
{
    private const string UnknownManager = "unknown";

    /// <summary>The object with the fields that this write changed put under the writer's name.</summary>
    /// <remarks>
    /// Only objects that somebody has applied to have owners: comparing two trees costs more than the rest of a write, and
    /// until the first apply nobody asks. What was there before then belongs to no manager by name.
    /// </remarks>
    public static IResource Record(Kind kind, IResource value, IResource old, WriteOptions options, DateTimeOffset now)
    {
        var owners = old.Metadata.ManagedFields;
        if (owners.Count == 0 || options.IsApply)
        {
            return value;
        }

        // A single empty entry is how a client asks to forget all owners.
        if (value.Metadata.ManagedFields is [{ Manager: "", Operation: "", FieldsV1: null }])
        {
            return value.WithMetadata(value.Metadata with { ManagedFields = [] });
        }

        var fields = ManagedFields.Of(owners);
        var manager = new Manager(options.FieldManager.Length > 0 ? options.FieldManager : UnknownManager, kind.Type.ApiVersion, options.Subresource, MetadataRules.WholeSeconds(now));
        fields.Update(manager, Tree(kind, old), Tree(kind, value), kind.Schema);
        return value.WithMetadata(value.Metadata with { ManagedFields = fields.ToEntries() });
    }

    private static JsonObject Tree(Kind kind, IResource value) =>
        (JsonObject)JsonNode.Parse(ApiJson.ToUtf8(kind.Show(value.WithMetadata(value.Metadata with { ManagedFields = [] }))));
}
