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

        foreach (var entry in Backends(Rule.Frontend.IsOnEveryNodeAddress ? TableSet.NodePorts : TableSet.Services, Slots, forOutside: false))
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

    /// <summary>The kinds of choice that this frontend needs a shared chain for.</summary>
    public IEnumerable<Choice> Choices()
    {
        if (Rule.AffinitySeconds > 0)
        {
            yield break;
        }
        if (Slots.Length > 0)
        {
            yield return ChoiceOf(Slots, forOutside: false);
        }
        if (Slots.Length > 0 && OutsideSlots.Length > 0)
        {
            yield return ChoiceOf(OutsideSlots, forOutside: true);
        }
    }

    /// <summary>The chains that this frontend needs for itself.</summary>
    public IEnumerable<StickyChain> StickyChains()
    {
        if (Rule.AffinitySeconds == 0)
        {
            yield break;
        }
        if (Slots.Length > 0)
        {
            yield return new(Rule.Frontend, false, Slots, Rule.AffinitySeconds);
        }
        if (Slots.Length > 0 && OutsideSlots.Length > 0)
        {
            yield return new(Rule.Frontend, true, OutsideSlots, Rule.AffinitySeconds);
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
        if (!choice.IsShared)
        {
            yield break; // Its own chain has the backends in its rules.
        }
        for (var i = 0; i < slots.Length; i++)
        {
            yield return new(
                new EntryKey(TableSet.Backends, Rule.Frontend, choice.FirstIndex + (uint)i),
                new EntryValue(default, slots[i].Address, slots[i].Port));
        }
    }

    private Choice ChoiceOf(Backend[] slots, bool forOutside) =>
        slots.Length == 0 ? Choice.Drop
        : Rule.AffinitySeconds > 0 ? Choice.Sticky(forOutside)
        : new Choice(slots.Length, Rule.Frontend.IsOnEveryNodeAddress, forOutside, IsSticky: false);
}
