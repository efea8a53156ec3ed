using Navarch.Api;
using Navarch.Api.Meta.V1;
using Navarch.ApiServer.WatchCache;
using Navarch.Machinery.Apply;
using Navarch.Machinery.Json;

namespace Navarch.ApiServer.Registry;

/// <summary>
/// Owners who wrote through other versions of a kind than the present request does. What they own is named in their
/// version, so what a write does to it is seen by looking at the object in their version, before and after. (KEP-555)
/// </summary>
internal sealed class OtherVersions
{
    private readonly List<(Kind Kind, List<ManagedFieldsEntry> Owners)> groups = [];

    private OtherVersions()
    {
    }

    /// <summary>Takes the entries of other versions out of a list; null where there are none. Those of versions that are not served any more are forgotten.</summary>
    /// <param name="mine">Who applies. Its own entry is taken out too, and not kept: it will own what it applies now.</param>
    public static OtherVersions? Take(Kind kind, ref IReadOnlyList<ManagedFieldsEntry> owners, Manager? mine)
    {
        var isMixed = false;
        foreach (var owner in owners)
        {
            isMixed |= owner.APIVersion != kind.Type.ApiVersion;
        }

        if (!isMixed)
        {
            return null; // Nearly always.
        }

        var others = new OtherVersions();
        foreach (var version in owners.Where(owner => mine?.Is(owner, FieldOperation.Apply) != true).GroupBy(static owner => owner.APIVersion))
        {
            if (version.Key != kind.Type.ApiVersion && kind.InVersion(version.Key) is { } other)
            {
                others.groups.Add((other, [.. version]));
            }
        }

        owners = [.. owners.Where(owner => owner.APIVersion == kind.Type.ApiVersion)];
        return others;
    }

    /// <summary>The entries after a write.</summary>
    /// <param name="old">Null for a create.</param>
    /// <param name="value">The object as it is to be.</param>
    /// <param name="conflicts">What they own and lose to a value.</param>
    public List<ManagedFieldsEntry> Keep(StoredObject? old, IResource value, UpdateScope scope, out List<ApplyConflict> conflicts)
    {
        var kept = new List<ManagedFieldsEntry>();
        conflicts = [];
        foreach (var (kind, owners) in groups)
        {
            var before = old is null ? kind.EmptyJson : kind.Show(old).Json;
            kept.AddRange(Ownership.Recorder.Keep(
                owners, before, old is null ? default : UpdateRecorder.FindOwners(before), Kind.Text(kind.Show(value)).Span, kind.Schema, kind.UntrackedIn(scope), out var lost));
            conflicts.AddRange(lost);
        }

        return kept;
    }

    /// <summary>
    /// An object without what a manager applied last time, through whichever version, and neither names now nor shares with
    /// others in theirs.
    /// </summary>
    /// <param name="owners">All owners before the apply.</param>
    /// <param name="named">What the manager names now, in the version of <paramref name="kind"/>.</param>
    public static IResource Prune(Kind kind, IResource value, IReadOnlyList<ManagedFieldsEntry> owners, Manager manager, FieldSet named)
    {
        if (owners.FirstOrDefault(owner => manager.Is(owner, FieldOperation.Apply)) is not { } last || kind.InVersion(last.APIVersion) is not { } then)
        {
            return value;
        }

        var owned = owners.Where(owner => owner != last).GroupBy(static owner => owner.APIVersion)
            .ToDictionary(static version => version.Key, static version => version.Select(Applying.Fields).Aggregate(static (all, fields) => all.Union(fields)), StringComparer.Ordinal);
        owned[kind.Type.ApiVersion] = owned.TryGetValue(kind.Type.ApiVersion, out var alike) ? alike.Union(named) : named;
        var pruned = Read(then, Applying.Prune(Tree(then, value), Applying.Fields(last), owned.GetValueOrDefault(last.APIVersion) ?? FieldSet.Empty, then.Schema));
        foreach (var (version, fields) in owned)
        {
            if (version != last.APIVersion && kind.InVersion(version) is { } other)
            {
                // What went in one version may be what another version's owner still has: that comes back.
                var whole = Tree(other, value);
                var kept = Applying.All(Tree(other, pruned), other.Schema).Union(fields);
                pruned = Read(other, Applying.Prune(whole, Applying.All(whole, other.Schema), kept, other.Schema));
            }
        }

        return pruned;
    }

    private static JsonObject Tree(Kind kind, IResource value) => (JsonObject)JsonNode.Parse(Kind.Text(kind.Show(value)).Span);

    private static IResource Read(Kind kind, JsonObject tree) => kind.ParseRequest(tree.ToUtf8(), out _);
}
