using Navarch.Api;
using Navarch.Api.Meta.V1;

namespace Navarch.Machinery.Apply;

/// <summary>The order of entries in <c>metadata.managedFields</c>, and their number.</summary>
internal static class OwnerOrder
{
    // An object that a hundred programs have edited must not carry a hundred histories.
    private const int UpdatersMax = 10;
    private const string AncientManager = "ancient-changes";

    /// <summary>Applied ones first, then by time, then by name. Of too many updaters the oldest become one.</summary>
    public static IReadOnlyList<ManagedFieldsEntry> Arrange(List<ManagedFieldsEntry> entries)
    {
        if (entries.Count > UpdatersMax)
        {
            Merge(entries);
        }

        entries.Sort(Compare);
        return entries;
    }

    // The two oldest entries of one version are joined, as often as needed; what is joined takes the later time.
    private static void Merge(List<ManagedFieldsEntry> entries)
    {
        var updaters = entries.Where(static entry => entry.Operation != FieldOperation.Apply).Order(Comparer<ManagedFieldsEntry>.Create(Compare)).ToList();
        var excess = updaters.Count - UpdatersMax;
        var oldest = new Dictionary<string, ManagedFieldsEntry>(StringComparer.Ordinal);
        foreach (var updater in updaters)
        {
            if (excess <= 0)
            {
                return;
            }

            if (!oldest.TryGetValue(updater.APIVersion, out var first))
            {
                oldest[updater.APIVersion] = updater;
                continue;
            }

            var fields = Applying.Fields(first).Union(Applying.Fields(updater));
            entries.Remove(first);
            entries.Remove(updater);
            var merged = new ManagedFieldsEntry
            {
                Manager = AncientManager,
                Operation = FieldOperation.Update,
                APIVersion = updater.APIVersion,
                Time = updater.Time,
                FieldsType = "FieldsV1",
                FieldsV1 = new RawExtension(fields.ToUtf8()),
            };
            entries.Add(merged);
            oldest[updater.APIVersion] = merged;
            excess--;
        }
    }

    private static int Compare(ManagedFieldsEntry left, ManagedFieldsEntry right)
    {
        var order = string.CompareOrdinal(left.Operation, right.Operation);
        order = order != 0 ? order : Nullable.Compare(left.Time, right.Time);
        order = order != 0 ? order : string.CompareOrdinal(left.Manager, right.Manager);
        order = order != 0 ? order : string.CompareOrdinal(left.APIVersion, right.APIVersion);
        return order != 0 ? order : string.CompareOrdinal(left.Subresource, right.Subresource);
    }
}
