using System.Globalization;

namespace Navarch.Proving.Tests.Histories;

/// <summary>The checker against histories by the thousand. NAVARCH_SEED repeats a run.</summary>
public sealed class RandomHistoryTests(ITestOutputHelper output)
{
    [Fact]
    public void The_checker_says_what_trying_every_order_says()
    {
        var random = Seeded();
        var (explained, violations) = (0, 0);
        for (var round = 0; round < 4000; round++)
        {
            var history = AnyHistory(random, operations: random.Next(1, 7));

            var found = Linearizability.FindViolation(history);

            Assert.True(found is null == CanBeOrdered(history), $"round {round}: {found}\n{string.Join('\n', history)}");
            _ = found is null ? explained++ : violations++;
        }

        output.WriteLine($"{explained} explained, {violations} violations");
        Assert.InRange(explained, 100, 3900);
    }

    [Fact]
    public void Long_histories_of_a_register_that_works_are_explained_and_one_wrong_answer_in_them_is_found()
    {
        var random = Seeded();
        for (var round = 0; round < 10; round++)
        {
            var history = Concurrent(random, operations: 300, clients: 8);
            Assert.Null(Linearizability.FindViolation(history));

            var reads = history.Where(operation => operation is { Verb: Verb.Read, Outcome: Outcome.Done }).ToList();
            var stale = reads[random.Next(reads.Count / 2, reads.Count)];
            var planted = history.Select(operation => operation == stale ? stale with { Value = reads[0].Value + "-never-written" } : operation).ToList();
            Assert.NotNull(Linearizability.FindViolation(planted));
        }
    }

    private Random Seeded()
    {
        var seed = int.Parse(Environment.GetEnvironmentVariable("NAVARCH_SEED") ?? $"{Environment.ProcessId}", CultureInfo.InvariantCulture);
        output.WriteLine($"NAVARCH_SEED={seed}");
        return new Random(seed);
    }

    // Anything at all, with few values, so that a good part of it can be explained.
    private static List<Operation> AnyHistory(Random random, int operations)
    {
        var times = Enumerable.Range(1, operations * 2).Select(i => (long)i).OrderBy(_ => random.Next()).ToArray();
        return [.. Enumerable.Range(0, operations).Select(i =>
        {
            var verb = (Verb)random.Next(4);
            var outcome = (Outcome)random.Next(4);
            var (begin, end) = (Math.Min(times[i * 2], times[(i * 2) + 1]), Math.Max(times[i * 2], times[(i * 2) + 1]));
            return new Operation
            {
                Client = i,
                Key = "k",
                Verb = verb,
                Outcome = outcome == Outcome.Conflict && verb == Verb.Read ? Outcome.Absent : outcome,
                Value = verb == Verb.Delete ? null : verb == Verb.Read ? $"{random.Next(operations)}" : $"{i}",
                Expected = verb == Verb.Update || (verb == Verb.Delete && random.Next(2) == 0) ? $"{random.Next(operations)}" : null,
                Invoked = begin,
                Returned = outcome == Outcome.Unknown && random.Next(2) == 0 ? long.MaxValue : end,
            };
        })];
    }

    /// <summary>The definition: some order, of all that were answered and some that were not, that keeps to times and register.</summary>
    private static bool CanBeOrdered(IReadOnlyList<Operation> left, string? state = null)
    {
        if (left.All(operation => operation.Outcome == Outcome.Unknown))
        {
            return true;
        }

        foreach (var first in left.Where(operation => left.All(other => other.Returned >= operation.Invoked || other.Outcome == Outcome.Unknown)))
        {
            // Those of unknown outcome that were over before this one began have not had any effect.
            var rest = left.Where(other => other != first && other.Returned >= first.Invoked).ToList();
            if (Register.TryApply(first, state, out var next) && CanBeOrdered(rest, next))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Clients of a register that works: each operation happens at a random moment between call and answer; some answers are lost.</summary>
    private static IReadOnlyList<Operation> Concurrent(Random random, int operations, int clients)
    {
        var history = new History();
        var underWay = new List<(History.Call Call, Func<Action> Happen, Action? Answer)>();
        var (state, revision, next) = (default(string), 1L, 0);
        while (next < operations || underWay.Count > 0)
        {
            if (next < operations && underWay.Count < clients && random.Next(2) == 0)
            {
                underWay.Add(Begin(next++));
                continue;
            }

            if (underWay.Count == 0)
            {
                continue;
            }

            var i = random.Next(underWay.Count);
            if (underWay[i].Answer is { } answer)
            {
                underWay.RemoveAt(i);
                answer();
            }
            else
            {
                underWay[i] = underWay[i] with { Answer = underWay[i].Happen() };
            }
        }

        return history.Operations;

        (History.Call, Func<Action>, Action?) Begin(int i)
        {
            var (known, verb) = (state, (Verb)random.Next(4));
            verb = verb == Verb.Update && known is null ? Verb.Create : verb;
            var expected = verb is Verb.Update or Verb.Delete ? known : null;
            var call = history.Begin(i, "k", verb, verb is Verb.Create or Verb.Update ? $"v{i}" : null, expected);
            return (call, () => Happen(call, verb, $"v{i}", expected, isLost: random.Next(20) == 0), null);
        }

        Action Happen(History.Call call, Verb verb, string value, string? expected, bool isLost)
        {
            var (before, isWrong) = (state, expected is not null && expected != state);
            if (verb != Verb.Read && (verb == Verb.Create ? before is null : before is not null && !isWrong))
            {
                (state, revision) = (verb == Verb.Delete ? null : value, revision + 1);
                var at = revision;
                return isLost ? call.Unknown : () => call.Done(verb == Verb.Delete ? 0 : at);
            }

            return isLost ? call.Unknown
                : verb == Verb.Read && before is not null ? () => call.Saw(before, 0)
                : before is null ? call.Absent : call.Conflict;
        }
    }
}
