using System.Text;

namespace Navarch.Proving;

/// <summary>
/// Decides whether a history can be explained by operations that each happened at one moment between call and answer.
/// </summary>
/// <remarks>
/// <para>
/// The search of Wing and Gong ("Testing and Verifying Concurrent Objects", 1993) with the memory that Lowe added ("Testing for
/// linearizability", 2017). Calls and answers stand in one list in the order of their times. An operation can be the next to happen if
/// its call comes before every answer that is still in the list, since whoever has answered has happened. So the search walks along
/// the list and takes the first operation that fits the state out of it, and begins again at the front; when it comes to an answer whose
/// operation it has not taken, it has gone wrong, and puts the last one back to try what comes after. It never goes on from
/// a set of operations and a state that it has been at already: that is what makes it quick.
/// </para>
/// <para>
/// Keys are independent of each other (linearizability is local), so each is decided alone. An operation of unknown outcome has no
/// answer, and need not be taken; it is tried only where nothing else fits, and a position is not gone on from either if
/// one like it was reached with fewer of them, because whatever they can still explain, that one could. An operation that is unknown but over
/// (<see cref="History.Settle"/>) must be taken, but with or without effect.
/// </para>
/// </remarks>
public static class Linearizability
{
    // Some ten seconds. Histories of clients that name what they replace need a step or two for each operation.
    private const int StepsMax = 20_000_000;

    /// <summary>Null where every key can be explained; else what cannot, for people.</summary>
    /// <exception cref="InvalidOperationException">Too many operations of unknown outcome: it could not be decided.</exception>
    public static string? FindViolation(IReadOnlyList<Operation> history)
    {
        foreach (var key in history.GroupBy(operation => operation.Key))
        {
            // A read that was never answered says nothing.
            var operations = key.Where(operation => operation is not { Verb: Verb.Read, Outcome: Outcome.Unknown }).OrderBy(operation => operation.Invoked).ToList();
            if (new Search(operations).Run() is { } stuckAt)
            {
                return Describe(key.Key, operations, stuckAt);
            }
        }

        return null;
    }

    private static string Describe(string key, List<Operation> operations, Operation stuckAt)
    {
        var text = new StringBuilder($"the history of {key} cannot be explained: no order of its operations has this one before its answer\n  {stuckAt}\namong\n");
        foreach (var operation in operations.Where(operation => operation.Returned >= stuckAt.Invoked - 100 && operation.Invoked <= stuckAt.Returned + 20))
        {
            text.Append("  ").Append(operation).Append('\n');
        }

        return text.ToString();
    }

    private sealed class Search
    {
        private readonly Entry head = new();
        private readonly List<Operation> open = [];
        private readonly Dictionary<Position, List<Bits>> seen = [];
        private readonly Stack<Step> taken = [];
        private Bits takenBits;
        private Bits takenOpen;
        private string? state;
        private int toTake;

        public Search(List<Operation> operations)
        {
            var entries = new List<(long Time, Entry Entry)>();
            foreach (var operation in operations)
            {
                if (operation.Returned == long.MaxValue)
                {
                    open.Add(operation);
                    continue;
                }

                var answer = new Entry { Operation = operation };
                entries.Add((operation.Invoked, new Entry { Operation = operation, Answer = answer, Index = toTake++ }));
                entries.Add((operation.Returned, answer));
            }

            (takenBits, takenOpen) = (new Bits(toTake), new Bits(open.Count));
            var last = head;
            foreach (var (_, entry) in entries.OrderBy(pair => pair.Time))
            {
                last.InsertAfter(entry);
                last = entry;
            }
        }

        /// <summary>Null if all fits; else the operation that was the hardest to place.</summary>
        public Operation? Run()
        {
            var (cursor, stuckAt) = (Front, default(Operation));
            for (var steps = 0; toTake > 0; steps++)
            {
                var at = cursor.Entry.Operation!;
                if (steps > StepsMax)
                {
                    throw new InvalidOperationException($"{steps} steps did not decide the history of {at.Key}: too many operations of unknown outcome");
                }

                if (!cursor.Entry.IsAnswer)
                {
                    cursor = TryTake(cursor) ? Front : After(cursor);
                    continue;
                }

                stuckAt = stuckAt is null || at.Returned > stuckAt.Returned ? at : stuckAt;
                if (cursor.Variant < open.Count && open[cursor.Variant].Invoked < at.Returned)
                {
                    cursor = TryTakeOpen(cursor) ? Front : After(cursor);
                }
                else if (taken.Count > 0)
                {
                    cursor = After(PutBack());
                }
                else
                {
                    return stuckAt;
                }
            }

            return null;
        }

        private Cursor Front => new(head.Next!, 0);

        // At a call, the variants are: with effect, and without if that is possible. At an answer: those that are open.
        private static Cursor After(Cursor cursor) =>
            cursor.Entry.IsAnswer || (cursor.Variant == 0 && cursor.Entry.Operation!.Outcome == Outcome.Unknown)
                ? cursor with { Variant = cursor.Variant + 1 }
                : new Cursor(cursor.Entry.Next!, 0);

        private bool TryTake(Cursor cursor)
        {
            var (call, next) = (cursor.Entry, state);
            if ((cursor.Variant > 0 || Register.TryApply(call.Operation!, state, out next)) && TryGoTo(cursor, takenBits.With(call.Index), takenOpen, next))
            {
                call.Remove();
                call.Answer!.Remove();
                toTake--;
                return true;
            }

            return false;
        }

        private bool TryTakeOpen(Cursor cursor) =>
            !takenOpen.Has(cursor.Variant)
            && Register.TryApply(open[cursor.Variant], state, out var next)
            && TryGoTo(cursor, takenBits, takenOpen.With(cursor.Variant), next);

        private bool TryGoTo(Cursor by, Bits bits, Bits openBits, string? next)
        {
            var position = new Position(bits, next);
            if (!seen.TryGetValue(position, out var before))
            {
                seen[position] = before = [];
            }

            if (before.Exists(fewer => fewer.IsWithin(openBits)))
            {
                return false;
            }

            before.RemoveAll(openBits.IsWithin);
            before.Add(openBits);
            taken.Push(new Step(by, state, takenBits, takenOpen));
            (state, takenBits, takenOpen) = (next, bits, openBits);
            return true;
        }

        private Cursor PutBack()
        {
            var step = taken.Pop();
            (state, takenBits, takenOpen) = (step.State, step.Bits, step.Open);
            if (!step.By.Entry.IsAnswer)
            {
                step.By.Entry.Answer!.Restore();
                step.By.Entry.Restore();
                toTake++;
            }

            return step.By;
        }
    }

    /// <summary>What is tried next: an entry of the list, and which of the ways to go on from there.</summary>
    private readonly record struct Cursor(Entry Entry, int Variant);

    /// <summary>What was taken, and what there was before it.</summary>
    private readonly record struct Step(Cursor By, string? State, Bits Bits, Bits Open);

    private readonly record struct Position(Bits Taken, string? State);

    /// <summary>A call or an answer. What is taken out keeps its neighbours, and is put back in the reverse order.</summary>
    private sealed class Entry
    {
        private Entry? previous;

        public Entry? Next { get; private set; }

        public Operation? Operation { get; init; }

        /// <summary>Which of the calls it is.</summary>
        public int Index { get; init; }

        /// <summary>Of a call.</summary>
        public Entry? Answer { get; init; }

        public bool IsAnswer => Answer is null;

        public void InsertAfter(Entry entry) => (Next, entry.previous) = (entry, this);

        public void Remove()
        {
            previous!.Next = Next;
            if (Next is not null)
            {
                Next.previous = previous;
            }
        }

        public void Restore()
        {
            previous!.Next = this;
            if (Next is not null)
            {
                Next.previous = this;
            }
        }
    }

    /// <summary>A set of small numbers that does not change.</summary>
    private readonly struct Bits(int count) : IEquatable<Bits>
    {
        private readonly ulong[] words = new ulong[(count + 63) / 64];

        public bool Has(int i) => (words[i / 64] & (1UL << (i % 64))) != 0;

        public Bits With(int i)
        {
            var with = new Bits(words.Length * 64);
            words.CopyTo(with.words, 0);
            with.words[i / 64] |= 1UL << (i % 64);
            return with;
        }

        public bool IsWithin(Bits other)
        {
            for (var i = 0; i < words.Length; i++)
            {
                if ((words[i] & ~other.words[i]) != 0)
                {
                    return false;
                }
            }

            return true;
        }

        public bool Equals(Bits other) => words.AsSpan().SequenceEqual(other.words);

        public override bool Equals(object? obj) => obj is Bits other && Equals(other);

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            foreach (var word in words)
            {
                hash.Add(word);
            }

            return hash.ToHashCode();
        }
    }
}
