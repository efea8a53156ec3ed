using System.Collections.Immutable;

namespace Navarch.Network.Services;

/// <summary>A rule as it stands in the table: every backend has a number, which it keeps while the rule changes around it.</summary>
internal sealed class ActiveFrontend
{
    private ActiveFrontend(FrontendRule rule, Backend[] slots, Backend[] outsideSlots)
    {
        Rule = rule;
        Slots = slots;
        OutsideSlots = outsideSlots;
    }

    public FrontendRule Rule { get; }

    public Backend[] Slots { get; }

    public Backend[] OutsideSlots { get; }

    public static ActiveFrontend Of(FrontendRule rule, ActiveFrontend? before) =>
        new(rule, Arrange(before?.Slots ?? [], rule.Backends), Arrange(before?.OutsideSlots ?? [], rule.ForOutside ?? []));

    /// <summary>Every element that belongs to this frontend alone.</summary>
    public IEnumerable<TableEntry> Entries()
    {
        var frontend = Rule.Frontend;
        if (Slots.Length == 0)
        {
            yield return Key(Rule.DropsWithoutBackends ? TableSet.Dropped : TableSet.Refused);
            yield break;
        }

        foreach (var entry in Backends(TableSet.Services, Slots, forOutside: false))
        {
            yield return entry;
        }
        if (Rule.ForOutside.HasValue)
        {
            foreach (var entry in Backends(TableSet.OutsideServices, OutsideSlots, forOutside: true))
            {
                yield return entry;
            }
        }
        if (Rule.HidesSource)
        {
            yield return Key(TableSet.HidingSource);
        }

        TableEntry Key(TableSet set) => new(new EntryKey(set, frontend), default);
    }

    /// <summary>The kinds of choice that this frontend needs a chain for.</summary>
    public IEnumerable<Choice> Choices()
    {
        if (Slots.Length > 0)
        {
            yield return ChoiceOf(Slots, forOutside: false);
        }
        if (Rule.ForOutside.HasValue && Slots.Length > 0)
        {
            yield return ChoiceOf(OutsideSlots, forOutside: true);
        }
    }

    /// <summary>Elements that frontends share; each is in the table once, as long as anybody asks for it.</summary>
    public IEnumerable<EntryKey> SharedKeys()
    {
        if (Rule.OwnsAddress && !Rule.Frontend.IsOnEveryNodeAddress)
        {
            yield return new EntryKey(TableSet.OwnAddresses, default, Address: Rule.Frontend.Address);
        }
        foreach (var backend in Slots)
        {
            if (backend.IsLocal)
            {
                yield return new EntryKey(TableSet.Hairpin, default, Address: backend.Address);
            }
        }
    }

    public IEnumerable<Backend> AllBackends => Slots.Concat(OutsideSlots);

    /// <summary>
    /// Numbers the wanted backends 0 to n-1 so that as few as possible get another number than they have: who stays in
    /// range stays in place, the others fill the gaps.
    /// </summary>
    internal static Backend[] Arrange(Backend[] current, ImmutableArray<Backend> wanted)
    {
        if (current.Length == 0)
        {
            return [.. wanted];
        }
        var homeless = new HashSet<Backend>(wanted);
        var arranged = new Backend[wanted.Length];
        var isTaken = new bool[wanted.Length];
        for (var i = 0; i < Math.Min(current.Length, wanted.Length); i++)
        {
            if (homeless.Remove(current[i]))
            {
                arranged[i] = current[i];
                isTaken[i] = true;
            }
        }
        var gap = 0;
        foreach (var backend in homeless.Order())
        {
            while (isTaken[gap])
            {
                gap++;
            }
            arranged[gap++] = backend;
        }
        return arranged;
    }

    private IEnumerable<TableEntry> Backends(TableSet map, Backend[] slots, bool forOutside)
    {
        var choice = ChoiceOf(slots, forOutside);
        yield return new(new EntryKey(map, Rule.Frontend), new EntryValue(choice));
        var first = forOutside ? Choice.OutsideIndexFirst : 0;
        for (var i = 0u; i < slots.Length; i++)
        {
            var (address, port) = (slots[i].Address, slots[i].Port);
            yield return new(new EntryKey(TableSet.Backends, Rule.Frontend, first + i), new EntryValue(default, address, port));
            if (choice.AffinitySeconds > 0)
            {
                yield return new(new EntryKey(TableSet.Sticky, Rule.Frontend, first, address, port), default);
            }
        }
    }

    private Choice ChoiceOf(Backend[] slots, bool forOutside) =>
        slots.Length == 0
            ? Choice.Drop
            : new Choice(slots.Length, Rule.Frontend.IsOnEveryNodeAddress, forOutside, Rule.AffinitySeconds);
}
