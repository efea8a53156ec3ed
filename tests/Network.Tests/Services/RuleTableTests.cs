using System.Collections.Immutable;
using Navarch.Network.Services;

namespace Navarch.Network.Tests.Services;

public sealed class RuleTableTests
{
    [Fact]
    public void A_change_of_one_service_touches_its_own_elements_only()
    {
        var table = new RuleTable();
        table.Update(Enumerable.Range(0, 100).Select(i => ($"s{i}", Claim($"s{i}", Rule($"tcp/10.96.1.{i}:80", "10.244.0.5:80", "10.244.0.6:80")))));

        var change = table.Update([("s7", Claim("s7", Rule("tcp/10.96.1.7:80", "10.244.0.5:80", "10.244.0.9:80")))]);

        Assert.Equal(TableSet.Backends, Assert.Single(change.Removed).Set);
        Assert.Equal("10.244.0.9", Assert.Single(change.Added).Value.Address.ToString());
        Assert.Empty(change.NewChoices);
        Assert.Empty(change.GoneChoices);
    }

    [Fact]
    public void A_backend_that_goes_leaves_the_others_numbers_alone()
    {
        var before = Backends("10.244.0.1:80", "10.244.0.2:80", "10.244.0.3:80", "10.244.0.4:80");

        var after = ActiveFrontend.Arrange([.. before], Backends("10.244.0.1:80", "10.244.0.3:80", "10.244.0.4:80"));

        Assert.Equal(["10.244.0.1:80", "10.244.0.4:80", "10.244.0.3:80"], after.Select(backend => backend.ToString()));
    }

    [Fact]
    public void The_same_again_changes_nothing()
    {
        var table = new RuleTable();
        table.Update([("a", Claim("a", Rule("tcp/10.96.0.1:80", "10.244.0.5:80")))]);

        Assert.True(table.Update([("a", Claim("a", Rule("tcp/10.96.0.1:80", "10.244.0.5:80")))]).IsEmpty);
    }

    [Fact]
    public void The_older_of_two_claimants_has_a_frontend_and_the_other_gets_it_after()
    {
        var table = new RuleTable();
        table.Update([("young", Claim("young", age: 1, Rule("tcp/203.0.113.1:80", "10.244.0.5:80")))]);

        var older = table.Update([("old", Claim("old", age: 9, Rule("tcp/203.0.113.1:80", "10.244.0.6:80")))]);
        var after = table.Update([("old", null)]);

        Assert.Equal("10.244.0.6", older.Added.Single(entry => entry.Key.Set == TableSet.Backends).Value.Address.ToString());
        Assert.Equal("10.244.0.5", after.Added.Single(entry => entry.Key.Set == TableSet.Backends).Value.Address.ToString());
    }

    [Fact]
    public void A_cluster_address_is_not_taken_over_by_naming_it_as_an_external_one_first()
    {
        var table = new RuleTable();
        table.Update([("thief", Claim("thief", age: 9, Rule("tcp/10.96.0.10:80", "10.244.0.6:80") with { OwnsAddress = false }))]);

        var change = table.Update([("owner", Claim("owner", age: 1, Rule("tcp/10.96.0.10:80", "10.244.0.5:80")))]);

        Assert.Equal("10.244.0.5", change.Added.Single(entry => entry.Key.Set == TableSet.Backends).Value.Address.ToString());
    }

    [Fact]
    public void A_udp_frontend_that_loses_a_backend_has_flows_to_forget()
    {
        var table = new RuleTable();
        table.Update([("dns", Claim("dns", Rule("udp/10.96.0.10:53", "10.244.0.5:53", "10.244.0.6:53")))]);

        var more = table.Update([("dns", Claim("dns", Rule("udp/10.96.0.10:53", "10.244.0.5:53", "10.244.0.6:53", "10.244.0.7:53")))]);
        var fewer = table.Update([("dns", Claim("dns", Rule("udp/10.96.0.10:53", "10.244.0.5:53")))]);
        var none = table.Update([("dns", null)]);

        Assert.Empty(more.Udp);
        Assert.Equal([(Address.Parse("10.244.0.5"), (ushort)53)], Assert.Single(fewer.Udp).Allowed);
        Assert.Empty(Assert.Single(none.Udp).Allowed);
    }

    /// <summary>Whatever happens in whatever order: carried out step by step, the table is what it would be if written at once.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Carried_out_changes_leave_nothing_to_plan(int seed)
    {
        var random = new Random(seed);
        var table = new RuleTable();
        var claims = new Dictionary<string, Claim>();
        var kernel = new SimulatedTable();

        for (var step = 0; step < 500; step++)
        {
            var changed = Enumerable.Range(0, random.Next(1, 6)).Select(_ => $"s{random.Next(8)}").Distinct().Select(name =>
                (name, random.Next(4) == 0 ? (Claim?)null : Claim(name, age: name.Length, RandomRules(random)))).ToList();
            foreach (var (name, claim) in changed)
            {
                if (claim is { } wanted)
                {
                    claims[name] = wanted;
                }
                else
                {
                    claims.Remove(name);
                }
            }

            kernel.Apply(table.Update(changed));

            kernel.AssertSameAs(table);
            var fresh = new RuleTable();
            fresh.Update(claims.Select(one => (one.Key, (Claim?)one.Value)));
            AssertSameRules(fresh, table);
        }
    }

    private static void AssertSameRules(RuleTable expected, RuleTable actual)
    {
        // The numbers of backends depend on history; which there are does not.
        Assert.Equal(Unnumbered(expected), Unnumbered(actual));
        Assert.Equal(expected.Choices().ToHashSet(), actual.Choices().ToHashSet());

        static HashSet<string> Unnumbered(RuleTable table) =>
            [.. table.Entries().Select(entry => entry with { Key = entry.Key with { Index = entry.Key.Index & Choice.OutsideIndexFirst } })
                .Select(entry => entry.ToString())];
    }

    private static FrontendRule[] RandomRules(Random random) =>
    [
        .. Enumerable.Range(0, random.Next(1, 4)).Select(_ =>
        {
            var frontend = random.Next(3) == 0
                ? $"tcp/*:{30000 + random.Next(4)}"
                : $"{(random.Next(2) == 0 ? "tcp" : "udp")}/10.96.0.{random.Next(1, 6)}:80";
            var backends = Backends([.. Enumerable.Range(1, 6).Where(_ => random.Next(2) == 0).Select(i => $"10.244.0.{i}:80")]);
            return new FrontendRule(Kernel.TestProxy.Parse(frontend))
            {
                Backends = backends,
                ForOutside = random.Next(3) == 0 && !backends.IsEmpty ? [.. backends.Where(_ => random.Next(2) == 0)] : null,
                HidesSource = random.Next(2) == 0,
                OwnsAddress = random.Next(2) == 0,
                AffinitySeconds = random.Next(3) == 0 ? 60 * random.Next(1, 3) : 0,
                DropsWithoutBackends = random.Next(2) == 0,
            };
        }),
    ];

    private static ImmutableArray<Backend> Backends(params string[] backends) =>
        [.. Kernel.TestProxy.Backends(backends).Select(backend => backend with { IsLocal = backend.Address.ToString().EndsWith('5') })];

    private static FrontendRule Rule(string frontend, params string[] backends) =>
        new(Kernel.TestProxy.Parse(frontend)) { Backends = Backends(backends), OwnsAddress = true, HidesSource = true };

    private static Claim? Claim(string name, params FrontendRule[] rules) => Claim(name, 0, rules);

    private static Claim? Claim(string name, int age, params FrontendRule[] rules) =>
        new Claim(new Claimant(DateTimeOffset.UnixEpoch.AddDays(-age), name), [.. rules]);

    /// <summary>As strict as the kernel: adding what is there and deleting what is not is an error.</summary>
    private sealed class SimulatedTable
    {
        private readonly Dictionary<EntryKey, EntryValue> entries = [];
        private readonly HashSet<Choice> choices = [];
        private readonly Dictionary<(Frontend, bool), StickyChain> sticky = [];

        public void Apply(TableChange change)
        {
            Assert.All(change.NewChoices, choice => Assert.True(choices.Add(choice)));
            Assert.All(change.NewSticky, chain => sticky.Add((chain.Frontend, chain.IsForOutside), chain));
            foreach (var chain in change.ChangedSticky)
            {
                Assert.True(sticky.ContainsKey((chain.Frontend, chain.IsForOutside)));
                sticky[(chain.Frontend, chain.IsForOutside)] = chain;
            }
            Assert.All(change.Removed, key => Assert.True(entries.Remove(key)));
            Assert.All(change.Added, entry => entries.Add(entry.Key, entry.Value));
            Assert.All(change.GoneChoices, choice => Assert.True(choices.Remove(choice)));
            Assert.All(change.GoneSticky, chain => Assert.True(sticky.Remove((chain.Frontend, chain.IsForOutside))));
        }

        public void AssertSameAs(RuleTable table)
        {
            Assert.Equal(table.Entries().ToDictionary(entry => entry.Key, entry => entry.Value), entries);
            Assert.Equal(table.Choices().ToHashSet(), choices);
            Assert.Equal(table.StickyChains().ToHashSet(), sticky.Values.ToHashSet());
            foreach (var (key, value) in entries.Where(entry => entry.Value.Choice.Count > 0))
            {
                Assert.Contains(value.Choice, choices);
                for (var i = 0u; i < value.Choice.Count; i++)
                {
                    Assert.True(entries.ContainsKey(new(TableSet.Backends, key.Frontend, value.Choice.FirstIndex + i)));
                }
            }
        }
    }
}
