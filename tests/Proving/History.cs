using System.Diagnostics;

namespace Navarch.Proving;

/// <summary>Keeps what clients asked and were told, in the order in which it happened. Used by all clients at once.</summary>
/// <remarks>
/// An operation lies between its call and its answer: an operation that was answered before another was called has happened before it,
/// and of everything else nothing is claimed. All clients must be in one process, whose one clock they share.
/// </remarks>
public sealed class History
{
    // Guards what follows.
    private readonly Lock gate = new();
    private readonly List<Operation> over = [];
    private readonly HashSet<Call> underWay = [];
    private readonly List<long> doneAt = [];
    private long clock;

    /// <summary>Everything so far. What is still under way has an unknown outcome.</summary>
    public IReadOnlyList<Operation> Operations
    {
        get
        {
            lock (gate)
            {
                return [.. over, .. underWay.Select(call => call.Operation)];
            }
        }
    }

    /// <summary>How many writes were done.</summary>
    public int Writes
    {
        get
        {
            lock (gate)
            {
                return doneAt.Count;
            }
        }
    }

    /// <summary>A client calls. What becomes of it is said to the <see cref="Call"/>, once.</summary>
    /// <param name="value">What is written.</param>
    /// <param name="expected">What must be there.</param>
    public Call Begin(int client, string key, Verb verb, string? value = null, string? expected = null)
    {
        lock (gate)
        {
            var call = new Call(this, new Operation
            {
                Client = client,
                Key = key,
                Verb = verb,
                Value = value,
                Expected = expected,
                Outcome = Outcome.Unknown,
                Invoked = ++clock,
                Returned = long.MaxValue,
            });
            underWay.Add(call);
            return call;
        }
    }

    /// <summary>
    /// Whatever could still carry out writes of unknown outcome is gone, for example because the only server was killed: what did
    /// not happen until now never will.
    /// </summary>
    public void Settle()
    {
        lock (gate)
        {
            clock++;
            for (var i = 0; i < over.Count; i++)
            {
                over[i] = over[i].Returned == long.MaxValue ? over[i] with { Returned = clock } : over[i];
            }
        }
    }

    /// <summary>The longest time in which no write succeeded, between the first that did and the last.</summary>
    public TimeSpan LongestGapInWrites()
    {
        lock (gate)
        {
            return doneAt.Zip(doneAt.Skip(1), Stopwatch.GetElapsedTime).DefaultIfEmpty().Max();
        }
    }

    /// <summary>How many operations had each outcome, for a line of a log.</summary>
    public string Describe() => string.Join(", ", Operations
        .GroupBy(operation => (operation.Verb, operation.Outcome))
        .OrderBy(group => group.Key)
        .Select(group => $"{group.Count()} {group.Key.Verb}:{group.Key.Outcome}"));

    private void End(Call call, Func<Operation, Operation>? end)
    {
        lock (gate)
        {
            if (!underWay.Remove(call))
            {
                throw new InvalidOperationException($"a call ends once: {call.Operation}");
            }

            if (end is null)
            {
                return;
            }

            var operation = end(call.Operation);
            operation = operation.Outcome == Outcome.Unknown ? operation : operation with { Returned = ++clock };
            over.Add(operation);
            if (operation is { Outcome: Outcome.Done, Verb: not Verb.Read })
            {
                doneAt.Add(Stopwatch.GetTimestamp());
            }
        }
    }

    /// <summary>An operation that is under way.</summary>
    public sealed class Call(History history, Operation operation)
    {
        public Verb Verb => Operation.Verb;

        internal Operation Operation { get; } = operation;

        /// <summary>A write was done.</summary>
        public void Done(long revision = 0) => history.End(this, call => call with { Outcome = Outcome.Done, Revision = revision });

        /// <summary>A read found this.</summary>
        public void Saw(string value, long revision) =>
            history.End(this, call => call with { Outcome = Outcome.Done, Value = value, Revision = revision });

        /// <summary>The key does not exist.</summary>
        public void Absent() => history.End(this, call => call with { Outcome = Outcome.Absent });

        /// <summary>Something else is there.</summary>
        public void Conflict() => history.End(this, call => call with { Outcome = Outcome.Conflict });

        /// <summary>The answer was lost.</summary>
        public void Unknown() => history.End(this, call => call);

        /// <summary>It certainly never was nor will be carried out, and says nothing of the key: the server was not reached, or refused.</summary>
        public void Refused() => history.End(this, null);
    }
}
