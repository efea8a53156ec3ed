using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Client;
using Navarch.Testing;

namespace Navarch.Controllers.Tests;

public sealed class GarbageCollectorTests
{
    private static readonly ControllerConfig OnlyGarbage = new()
    {
        Disabled = new HashSet<string> { "replicaset", "deployment", "endpointslice", "endpoints", "nodelifecycle", "namespace", "serviceaccount", "podgc", "taint-eviction", "node-ipam" },
    };

    [Fact]
    public async Task Dependents_of_what_never_existed_are_collected()
    {
        await using var cluster = ControllerCluster.Start(OnlyGarbage, OwnedConfigMap("a", A.ConfigMap("ghost")), A.ConfigMap("free"));

        await cluster.UntilAsync<ConfigMap>(all => all is [{ Metadata.Name: "free" }]);
    }

    [Fact]
    public async Task Who_has_another_owner_left_only_forgets_the_one_that_is_gone()
    {
        var (first, second) = (A.ConfigMap("first"), A.ConfigMap("second"));
        var both = OwnedConfigMap("both", first, second);
        await using var cluster = ControllerCluster.Start(OnlyGarbage, first, second, both);
        await cluster.UntilAsync<ConfigMap>(all => all.Count == 3);

        await cluster.Client.DeleteAsync<ConfigMap>(new NamespacedName("default", "first"), default);

        await cluster.UntilAsync<ConfigMap>(all => all.Count == 2 && all.Single(map => map.Metadata.Name == "both").Metadata.OwnerReferences is [{ Name: "second" }]);
    }

    [Fact]
    public async Task A_chain_is_collected_to_its_end()
    {
        var chain = new List<ConfigMap> { A.ConfigMap("c0") };
        for (var i = 1; i < 6; i++)
        {
            chain.Add(OwnedConfigMap($"c{i}", chain[^1]));
        }

        await using var cluster = ControllerCluster.Start(OnlyGarbage, [.. chain]);

        await cluster.Client.DeleteAsync<ConfigMap>(new NamespacedName("default", "c0"), default);

        await cluster.UntilAsync<ConfigMap>(all => all.Count == 0);
    }

    [Fact]
    public async Task In_the_foreground_the_owner_goes_last()
    {
        var set = A.ReplicaSet("web", 0);
        var pods = Enumerable.Range(0, 5).Select(i => A.Pod($"p{i}", owner: set, ready: true)).ToArray();
        await using var cluster = ControllerCluster.Start(OnlyGarbage, [set, .. pods]);
        var ownerWentFirst = false;

        await cluster.Client.DeleteAsync<Api.Apps.V1.ReplicaSet>(
            new NamespacedName("default", "web"), DeleteOptions.Empty with { PropagationPolicy = "Foreground" }, default);

        await cluster.UntilAsync<Api.Apps.V1.ReplicaSet>(sets =>
        {
            ownerWentFirst |= sets.Count == 0 && cluster.Fake.All<Pod>().Count > 0;
            return sets.Count == 0;
        });
        Assert.False(ownerWentFirst);
        Assert.Empty(cluster.Fake.All<Pod>());
    }

    [Fact]
    public async Task Objects_that_own_each_other_in_a_circle_do_not_wait_for_each_other()
    {
        var (a, b, c) = (A.ConfigMap("a"), A.ConfigMap("b"), A.ConfigMap("c"));
        ConfigMap Owned(ConfigMap map, ConfigMap owner) => map with { Metadata = map.Metadata with { OwnerReferences = [A.OwnerReference(owner)] } };
        await using var cluster = ControllerCluster.Start(OnlyGarbage, Owned(a, c), Owned(b, a), Owned(c, b), A.ConfigMap("free"));
        await cluster.UntilAsync<ConfigMap>(all => all.Count == 4);

        await cluster.Client.DeleteAsync<ConfigMap>(
            new NamespacedName("default", "a"), DeleteOptions.Empty with { PropagationPolicy = "Foreground" }, default);

        await cluster.UntilAsync<ConfigMap>(all => all is [{ Metadata.Name: "free" }]);
    }

    [Fact]
    public async Task Orphaned_dependents_stay_and_forget_their_owner()
    {
        var set = A.ReplicaSet("web", 0);
        await using var cluster = ControllerCluster.Start(OnlyGarbage, set, A.Pod("p", owner: set, ready: true));

        await cluster.Client.DeleteAsync<Api.Apps.V1.ReplicaSet>(
            new NamespacedName("default", "web"), DeleteOptions.Empty with { PropagationPolicy = "Orphan" }, default);

        await cluster.UntilAsync<Api.Apps.V1.ReplicaSet>(sets => sets.Count == 0);
        await cluster.UntilAsync<Pod>(pods => pods is [{ Metadata.OwnerReferences.Count: 0 }]);
    }

    [Fact]
    public async Task An_owner_of_an_unknown_kind_is_taken_on_trust()
    {
        var map = A.ConfigMap("a");
        map = map with { Metadata = map.Metadata with { OwnerReferences = [new OwnerReference { APIVersion = "example.com/v1", Kind = "Widget", Name = "w", UID = "x" }] } };
        await using var cluster = ControllerCluster.Start(OnlyGarbage, map, OwnedConfigMap("b", A.ConfigMap("ghost")));

        await cluster.UntilAsync<ConfigMap>(all => all is [{ Metadata.Name: "a" }]);
    }

    private static ConfigMap OwnedConfigMap(string name, params IResource[] owners)
    {
        var map = A.ConfigMap(name);
        return map with { Metadata = map.Metadata with { OwnerReferences = [.. owners.Select(owner => A.OwnerReference(owner) with { Controller = null })] } };
    }
}
