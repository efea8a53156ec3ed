namespace Navarch.Machinery.Cel.Checking;

/// <summary>What type parameters have been found to stand for, and whether types agree under that.</summary>
internal sealed class Substitution
{
    private readonly Dictionary<string, CelType> found = [];

    // What was known before each change, so that a form that does not fit leaves nothing behind.
    private readonly Stack<(string Name, CelType? Before)> changes = new();
    private int parameters;

    public CelType NewParameter() => CelType.Parameter($"_var{parameters++}");

    /// <summary>The types with fresh names for their parameters: every call decides its own.</summary>
    public (IReadOnlyList<CelType> Parameters, CelType Result) Instantiate(Overload overload)
    {
        var fresh = new Dictionary<string, CelType>();
        return ([.. overload.Parameters.Select(type => Rename(type, fresh))], Rename(overload.Result, fresh));
    }

    /// <summary>All or nothing: what was found out on the way is forgotten where one pair does not agree.</summary>
    public bool TryAssign(IReadOnlyList<CelType> from, IReadOnlyList<CelType> to)
    {
        changes.Clear();
        for (var i = 0; i < from.Count; i++)
        {
            if (!Agrees(from[i], to[i]))
            {
                Undo();
                return false;
            }
        }

        return true;
    }

    public bool TryAssign(CelType from, CelType to) => TryAssign([from], [to]);

    /// <summary>The type with everything put in that is known.</summary>
    /// <param name="isFinal">Parameters that nobody has decided may be anything.</param>
    public CelType Apply(CelType type, bool isFinal = false)
    {
        if (type.Kind == CelKind.Parameter)
        {
            return found.TryGetValue(type.Name, out var known) ? Apply(known, isFinal) : isFinal ? CelType.Dyn : type;
        }

        return type.Parameters.Count == 0 ? type : type.With([.. type.Parameters.Select(part => Apply(part, isFinal))]);
    }

    private void Undo()
    {
        while (changes.TryPop(out var change))
        {
            if (change.Before is { } before)
            {
                found[change.Name] = before;
            }
            else
            {
                found.Remove(change.Name);
            }
        }
    }

    private void Decide(CelType parameter, CelType type)
    {
        changes.Push((parameter.Name, found.GetValueOrDefault(parameter.Name)));
        found[parameter.Name] = type;
    }

    private CelType Rename(CelType type, Dictionary<string, CelType> fresh)
    {
        if (type.Kind == CelKind.Parameter)
        {
            return fresh.TryGetValue(type.Name, out var known) ? known : fresh[type.Name] = NewParameter();
        }

        return type.Parameters.Count == 0 ? type : type.With([.. type.Parameters.Select(part => Rename(part, fresh))]);
    }

    private bool Agrees(CelType from, CelType to)
    {
        if (to.Kind == CelKind.Parameter)
        {
            if (Decides(to, from, out var wasKnown))
            {
                return true;
            }

            if (wasKnown)
            {
                return false;
            }
        }

        if (from.Kind == CelKind.Parameter)
        {
            return Decides(from, to, out _);
        }

        if (from.Kind == CelKind.Dyn || to.Kind == CelKind.Dyn)
        {
            return true;
        }

        if (from.Kind == CelKind.Null || to.Kind == CelKind.Null)
        {
            var other = from.Kind == CelKind.Null ? to : from;
            return other.Kind is CelKind.Null or CelKind.Object or CelKind.Opaque or CelKind.Timestamp or CelKind.Duration;
        }

        if (from.Kind != to.Kind || from.Name != to.Name || from.Parameters.Count != to.Parameters.Count)
        {
            return false;
        }

        if (from.Kind == CelKind.Type)
        {
            return true; // Types may be compared whatever they are types of.
        }

        for (var i = 0; i < from.Parameters.Count; i++)
        {
            if (!Agrees(from.Parameters[i], to.Parameters[i]))
            {
                return false;
            }
        }

        return true;
    }

    private bool Decides(CelType parameter, CelType type, out bool wasKnown)
    {
        wasKnown = false;
        if (type.Kind == CelKind.Parameter && type.Name == parameter.Name)
        {
            return true;
        }

        if (found.TryGetValue(parameter.Name, out var known))
        {
            wasKnown = true;
            if (type.Is(known))
            {
                return true;
            }

            if (!Agrees(type, known))
            {
                return false;
            }

            var general = IsMoreGeneral(type, known) ? type : known;
            if (!Mentions(general, parameter))
            {
                Decide(parameter, general);
            }

            return true;
        }

        if (Mentions(type, parameter))
        {
            return false;
        }

        Decide(parameter, type);
        return true;
    }

    private static bool IsMoreGeneral(CelType left, CelType right)
    {
        if (left.Kind is CelKind.Dyn or CelKind.Parameter)
        {
            return true;
        }

        if (right.Kind is CelKind.Dyn or CelKind.Parameter || left.Kind == CelKind.Null)
        {
            return false;
        }

        if (right.Kind == CelKind.Null)
        {
            return true;
        }

        for (var i = 0; i < left.Parameters.Count && i < right.Parameters.Count; i++)
        {
            if (!IsMoreGeneral(left.Parameters[i], right.Parameters[i]))
            {
                return false;
            }
        }

        return left.Parameters.Count > 0;
    }

    private bool Mentions(CelType type, CelType parameter) => type.Kind == CelKind.Parameter
        ? type.Name == parameter.Name || (found.TryGetValue(type.Name, out var known) && Mentions(known, parameter))
        : type.Parameters.Any(part => Mentions(part, parameter));
}
