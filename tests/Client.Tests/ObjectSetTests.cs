using FsCheck;
using FsCheck.Fluent;
using Navarch.Api.Core.V1;
using Navarch.Testing;

namespace Navarch.Client.Tests;

public sealed class ObjectSetTests
{
    [Fact]
    public void Indexes_say_the_same_as_a_look_through_everything_after_any_changes() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<(byte Name, byte Node, bool Remove)[]>(),
            changes =>
            {
                var set = ObjectSet<Pod>.Empty.WithIndex("node", NodeOf);
                foreach (var (name, node, remove) in changes)
                {
                    var pod = A.Pod($"p{name % 5}", node: node % 3 == 0 ? "" : $"n{node % 3}");
                    set = remove ? set.Without(NamespacedName.Of(pod)) : set.With(pod);
                }

                var rebuilt = set.ReplacedBy(set.Items);
                return new[] { "n1", "n2" }.All(node =>
                    set.By("node", node).SequenceEqual(set.Items.Where(pod => pod.Spec.NodeName == node).OrderBy(NamespacedName.Of))
                    && rebuilt.By("node", node).SequenceEqual(set.By("node", node)));
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_set_does_not_change_when_another_is_made_from_it()
    {
        var one = ObjectSet<Pod>.Empty.With(A.Pod("a"));

        one.With(A.Pod("b")).Without(new("default", "a"));

        Assert.Equal("a", Assert.Single(one.Items).Metadata.Name);
    }

    private static IEnumerable<string> NodeOf(Pod pod) => pod.Spec.NodeName.Length > 0 ? [pod.Spec.NodeName] : [];
}
