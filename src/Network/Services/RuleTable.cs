using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Navarch.Network.Services;

/// <summary>
/// Who asks for rules. When two ask for the same frontend, one to whom the address was given (a ClusterIP) comes before one
/// who only names it (an external address): else one could lie in wait for the connections of Services to come. Among
/// equals the older has it.
/// </summary>
internal readonly record struct Claimant(DateTimeOffset Created, string Name) : IComparable<Claimant>
{
    public int CompareTo(Claimant other) =>
        Created.CompareTo(other.Created) is var order and not 0 ? order : string.CompareOrdinal(Name, other.Name);
}

/// <summary>The rules of one owner, all that it asks for.</summary>
internal readonly record struct Claim(Claimant Owner, ImmutableArray<FrontendRule> Rules);

/// <summary>
/// The proxy's own model of its table, from which every change is computed: nothing is ever read back from the kernel.
/// </summary>
/// <remarks>
/// Invariant: the table holds, for each frontend that anybody claims, the entries of its first claimant's rule; each
/// shared entry and each choice exactly while a frontend needs it. The cost of a change is that of the frontends it
/// touches, not of the table. Not thread-safe: the proxy's loop owns it.
/// </remarks>
internal sealed class RuleTable
{
    private readonly Dictionary<string, Claim> claims = new(StringComparer.Ordinal);
    private readonly Dictionary<Frontend, List<(Claimant Owner, FrontendRule Rule)>> claimants = [];
    private readonly Dictionary<Frontend, ActiveFrontend> active = [];
    private readonly Dictionary<EntryKey, int> sharedUses = [];
    private readonly Dictionary<Choice, int> choiceUses = [];

    public int FrontendCount => active.Count;

    /// <summary>Takes over new claims of owners (without rules: the owner is gone) and says what that changes in the table.</summary>
    public TableChange Update(IEnumerable<(string Name, Claim? Claim)> changed)
    {
        var touched = new HashSet<Frontend>();
        foreach (var (name, claim) in changed)
        {
            Withdraw(name, touched);
            if (claim is { } wanted)
            {
                Enter(name, wanted, touched);
            }
        }
        return Settle(touched);
    }

    /// <summary>Every entry, for writing the whole table at once.</summary>
    public IEnumerable<TableEntry> Entries() =>
        active.Values.SelectMany(frontend => frontend.Entries())
            .Concat(sharedUses.Keys.Select(key => new TableEntry(key, default)));

    public IEnumerable<StickyChain> StickyChains() => active.Values.SelectMany(frontend => frontend.StickyChains());

    /// <summary>Every choice that needs a chain.</summary>
    public IEnumerable<Choice> Choices() => choiceUses.Keys;

    /// <summary>What the flows of every UDP frontend may be.</summary>
    public IEnumerable<UdpFrontend> UdpFrontends() =>
        from frontend in active.Values
        where frontend.Rule.Frontend.Transport == Transport.Udp
        select UdpOf(frontend.Rule.Frontend, frontend, !frontend.Rule.Frontend.IsOnEveryNodeAddress);

    private void Withdraw(string name, HashSet<Frontend> touched)
    {
        if (!claims.Remove(name, out var claim))
        {
            return;
        }
        foreach (var rule in claim.Rules)
        {
            var claimed = claimants[rule.Frontend];
            claimed.RemoveAll(one => one.Owner == claim.Owner);
            if (claimed.Count == 0)
            {
                claimants.Remove(rule.Frontend);
            }
            touched.Add(rule.Frontend);
        }
    }

    private void Enter(string name, Claim claim, HashSet<Frontend> touched)
    {
        // An address may be listed twice, as an external address and as a load balancer's: the first rule stands.
        var distinct = claim.Rules.DistinctBy(rule => rule.Frontend).ToImmutableArray();
        claims[name] = claim with { Rules = distinct };
        foreach (var rule in distinct)
        {
            ref var claimed = ref CollectionsMarshal.GetValueRefOrAddDefault(claimants, rule.Frontend, out _);
            (claimed ??= []).Add((claim.Owner, rule));
            touched.Add(rule.Frontend);
        }
    }

    private TableChange Settle(HashSet<Frontend> touched)
    {
        var change = new TableChange();
        var shared = new Dictionary<EntryKey, int>();
        var choices = new Dictionary<Choice, int>();
        foreach (var frontend in touched)
        {
            var before = active.GetValueOrDefault(frontend);
            var rule = claimants.TryGetValue(frontend, out var claimed) ? claimed.MinBy(one => (!one.Rule.OwnsAddress, one.Owner)).Rule : null;
            if (before?.Rule.Equals(rule) ?? rule is null)
            {
                continue;
            }
            var after = rule is null ? null : ActiveFrontend.Of(rule, before);
            Diff(change, before, after);
            DiffSticky(change, before?.StickyChains() ?? [], after?.StickyChains() ?? []);
            Count(shared, before?.SharedKeys(), after?.SharedKeys());
            Count(choices, before?.Choices(), after?.Choices());
            NoteUdp(change, frontend, before, after);
            if (after is null)
            {
                active.Remove(frontend);
            }
            else
            {
                active[frontend] = after;
            }
        }
        Apply(shared, sharedUses, key => change.Added.Add(new(key, default)), change.Removed.Add);
        Apply(choices, choiceUses, change.NewChoices.Add, change.GoneChoices.Add);
        return change;
    }

    private static void Diff(TableChange change, ActiveFrontend? before, ActiveFrontend? after)
    {
        if (before is null)
        {
            change.Added.AddRange(after!.Entries());
            return;
        }
        if (after is null)
        {
            change.Removed.AddRange(before.Entries().Select(entry => entry.Key));
            return;
        }
        var old = before.Entries().ToDictionary(entry => entry.Key, entry => entry.Value);
        foreach (var entry in after.Entries())
        {
            if (!old.Remove(entry.Key, out var value))
            {
                change.Added.Add(entry);
            }
            else if (value != entry.Value)
            {
                change.Removed.Add(entry.Key);
                change.Added.Add(entry);
            }
        }
        change.Removed.AddRange(old.Keys);
    }

    private static void DiffSticky(TableChange change, IEnumerable<StickyChain> before, IEnumerable<StickyChain> after)
    {
        var old = before.ToDictionary(chain => chain.IsForOutside);
        foreach (var chain in after)
        {
            if (!old.Remove(chain.IsForOutside, out var known))
            {
                change.NewSticky.Add(chain);
            }
            else if (!known.Equals(chain))
            {
                change.ChangedSticky.Add(chain);
            }
        }
        change.GoneSticky.AddRange(old.Values);
    }

    private static void NoteUdp(TableChange change, Frontend frontend, ActiveFrontend? before, ActiveFrontend? after)
    {
        if (frontend.Transport != Transport.Udp)
        {
            return;
        }
        var wasServed = before is { Slots.Length: > 0 };
        var isServed = after is { Slots.Length: > 0 };
        var lost = wasServed && before!.AllBackends.Except(after?.AllBackends ?? []).Any();
        if (lost || (isServed && !wasServed))
        {
            change.Udp.Add(UdpOf(frontend, after, isServed && !wasServed));
        }
    }

    private static UdpFrontend UdpOf(Frontend frontend, ActiveFrontend? active, bool andUntranslated) =>
        new(frontend, (active?.AllBackends ?? []).Select(backend => (backend.Address, backend.Port)).ToHashSet(), andUntranslated);

    private static void Count<T>(Dictionary<T, int> changes, IEnumerable<T>? fewer, IEnumerable<T>? more)
        where T : struct
    {
        foreach (var item in fewer ?? [])
        {
            CollectionsMarshal.GetValueRefOrAddDefault(changes, item, out _)--;
        }
        foreach (var item in more ?? [])
        {
            CollectionsMarshal.GetValueRefOrAddDefault(changes, item, out _)++;
        }
    }

    private static void Apply<T>(Dictionary<T, int> changes, Dictionary<T, int> uses, Action<T> isNew, Action<T> isGone)
        where T : struct
    {
        foreach (var (item, change) in changes)
        {
            var before = uses.GetValueOrDefault(item);
            var after = before + change;
            if (after > 0)
            {
                uses[item] = after;
            }
            else
            {
                uses.Remove(item);
            }
            if (before == 0 && after > 0)
            {
                isNew(item);
            }
            else if (before > 0 && after == 0)
            {
                isGone(item);
            }
        }
    }
}
