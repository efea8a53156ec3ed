using Navarch.Machinery.Cel.Syntax;

namespace Navarch.Machinery.Cel.Evaluation;

/// <summary>The macros that visit elements. Every visit costs, whatever it does.</summary>
internal static class Loops
{
    public static Step Compile(Compiler compiler, Loop loop)
    {
        var range = compiler.Of(loop.Range);
        var ((condition, result), first, second) = compiler.With(
            loop.First, loop.Second, () => (loop.Condition is { } test ? compiler.Of(test) : null, loop.Result is { } made ? compiler.Of(made) : null));
        var visit = new Visit(first, second);
        return loop.Kind switch
        {
            LoopKind.All => Quantified(range, visit, condition!, decides: false),
            LoopKind.Exists => Quantified(range, visit, condition!, decides: true),
            LoopKind.ExistsOne => One(range, visit, condition!),
            LoopKind.Filter or LoopKind.ToList => ToList(range, visit, condition, result),
            _ => ToMap(range, visit, condition, result!, isEntry: loop.Kind == LoopKind.TransformMapEntry),
        };
    }

    // An element that decides makes up for all errors before it.
    private static Step Quantified(Step range, Visit visit, Step condition, bool decides) => run =>
    {
        var elements = visit.Over(range(run), out var error);
        if (elements is null)
        {
            return error!;
        }

        CelError? failure = null;
        foreach (var (key, value) in elements)
        {
            visit.Set(run, key, value);
            var holds = condition(run);
            if (holds is bool found)
            {
                if (found == decides)
                {
                    return holds;
                }
            }
            else
            {
                failure ??= holds as CelError ?? CelError.NoSuchOverload;
            }
        }

        return failure is null ? Values.Box(!decides) : failure;
    };

    private static Step One(Step range, Visit visit, Step condition) => run =>
    {
        var elements = visit.Over(range(run), out var error);
        if (elements is null)
        {
            return error!;
        }

        var count = 0;
        foreach (var (key, value) in elements)
        {
            visit.Set(run, key, value);
            var found = condition(run);
            if (found is not bool holds)
            {
                return found as CelError ?? CelError.NoSuchOverload;
            }

            count += holds ? 1 : 0;
        }

        return Values.Box(count == 1);
    };

    private static Step ToList(Step range, Visit visit, Step? condition, Step? result) => run =>
    {
        var elements = visit.Over(range(run), out var error);
        if (elements is null)
        {
            return error!;
        }

        var made = new List<object>();
        foreach (var (key, value) in elements)
        {
            visit.Set(run, key, value);
            switch (condition?.Invoke(run))
            {
                case null or true:
                    var item = result is null ? key : result(run);
                    if (item is CelError)
                    {
                        return item;
                    }

                    made.Add(item);
                    break;
                case false:
                    break;
                case var other:
                    return other as CelError ?? CelError.NoSuchOverload;
            }
        }

        return CelList.Of(made);
    };

    private static Step ToMap(Step range, Visit visit, Step? condition, Step result, bool isEntry) => run =>
    {
        var elements = visit.Over(range(run), out var error);
        if (elements is null)
        {
            return error!;
        }

        var made = new Dictionary<object, object>();
        foreach (var (key, value) in elements)
        {
            visit.Set(run, key, value);
            var holds = condition?.Invoke(run);
            if (holds is false)
            {
                continue;
            }

            if (holds is not (null or true))
            {
                return holds as CelError ?? CelError.NoSuchOverload;
            }

            var item = result(run);
            if (item is CelError || (isEntry && item is not CelMap))
            {
                return item as CelError ?? CelError.NoSuchOverload;
            }

            if (!isEntry)
            {
                made[Values.AsKey(key)!] = item;
                continue;
            }

            foreach (var entry in ((CelMap)item).Keys)
            {
                run.Spend(1);
                if (!made.TryAdd(Values.AsKey(entry)!, ((CelMap)item).Find(entry)!))
                {
                    return new CelError($"insert failed: key {Values.Show(entry)} already exists");
                }
            }
        }

        return CelMap.Of(made);
    };

    /// <param name="Second">Place of the second variable; negative where there is none.</param>
    private sealed record Visit(int First, int Second)
    {
        public void Set(CelRun run, object first, object second)
        {
            run.Spend(2);
            run.Slots[First] = first;
            if (Second >= 0)
            {
                run.Slots[Second] = second;
            }
        }

        /// <summary>Null where the value cannot be visited.</summary>
        public IEnumerable<(object First, object Second)>? Over(object range, out CelError? error)
        {
            error = range as CelError ?? CelError.NoSuchOverload;
            return range switch
            {
                CelList list => Second < 0 ? Items(list) : list.Select(static (item, index) => ((object)(long)index, item)),
                CelMap map => map.Keys.Select(key => (key, Second < 0 ? key : map.Find(key) ?? CelError.NoSuchKey(key))),
                _ => null,
            };
        }

        private static IEnumerable<(object, object)> Items(CelList list)
        {
            for (var i = 0; i < list.Count; i++)
            {
                var item = list[i];
                yield return (item, item);
            }
        }
    }
}
