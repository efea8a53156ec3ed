namespace Navarch.Proving;

/// <summary>
/// What revisions say besides: there is one order of all writes to all keys, it is the order of their revisions, and whoever has seen
/// a revision sees none before it.
/// </summary>
public static class RevisionOrder
{
    /// <summary>Null where the revisions agree with what happened; else what does not, for people.</summary>
    public static string? FindViolation(IReadOnlyList<Operation> history)
    {
        var told = history.Where(operation => operation.Revision > 0).ToList();
        return FindTwoRevisionsOfOneValue(told) ?? FindTwoValuesOfOneRevision(told) ?? FindStepBack(told);
    }

    // A write that was made twice.
    private static string? FindTwoRevisionsOfOneValue(List<Operation> told) => told
        .GroupBy(operation => (operation.Key, operation.Value))
        .Where(value => value.Select(operation => operation.Revision).Distinct().Count() > 1)
        .Select(value => $"{value.Key.Value} was written once and has several revisions\n{Lines(value)}")
        .FirstOrDefault();

    private static string? FindTwoValuesOfOneRevision(List<Operation> told) => told
        .GroupBy(operation => operation.Revision)
        .Where(revision => revision.Select(operation => (operation.Key, operation.Value)).Distinct().Count() > 1)
        .Select(revision => $"revision {revision.Key} was given twice\n{Lines(revision)}")
        .FirstOrDefault();

    private static string? FindStepBack(List<Operation> told)
    {
        var events = told.SelectMany(operation => new[] { (Time: operation.Invoked, operation, IsAnswer: false), (Time: operation.Returned, operation, IsAnswer: true) });
        var (newest, newestOfKey, floors) = (default(Operation), new Dictionary<string, Operation>(), new Dictionary<Operation, Operation>(ReferenceEqualityComparer.Instance));
        foreach (var (_, operation, isAnswer) in events.OrderBy(entry => entry.Time))
        {
            if (isAnswer)
            {
                if (floors.TryGetValue(operation, out var floor) && (operation.Verb == Verb.Read ? operation.Revision < floor.Revision : operation.Revision <= floor.Revision))
                {
                    return $"the revision went back: after the first was answered, the second was called\n{Lines([floor, operation])}";
                }

                newest = newest is null || operation.Revision > newest.Revision ? operation : newest;
                newestOfKey[operation.Key] = newestOfKey.TryGetValue(operation.Key, out var known) && known.Revision > operation.Revision ? known : operation;
            }
            else if ((operation.Verb == Verb.Read ? newestOfKey.GetValueOrDefault(operation.Key) : newest) is { } floor)
            {
                floors[operation] = floor; // A read is of its key's revision, a write is later than all that anybody has seen.
            }
        }

        return null;
    }

    private static string Lines(IEnumerable<Operation> operations) => string.Concat(operations.Select(operation => $"  {operation.Key} {operation}\n"));
}
