namespace Navarch.Proving.Tests.Histories;

/// <summary>The checker accepts what can be explained and finds what is planted.</summary>
public sealed class LinearizabilityTests
{
    private readonly Scenario at = new();

    [Fact]
    public void One_after_the_other_is_explained()
    {
        at.Read().Absent();
        at.Create("a").Done(2);
        at.Create("b").Conflict();
        at.Update("a", "c").Done(3);
        at.Update("a", "d").Conflict();
        at.Read().Saw("c", 3);
        at.Delete("a").Conflict();
        at.Delete("c").Done();
        at.Update("c", "e").Absent();
        at.Delete().Absent();

        AssertExplained();
    }

    [Fact]
    public void What_overlaps_may_have_happened_in_either_order()
    {
        at.Create("a").Done(2);
        var update = at.Update("a", "b");
        var (before, after) = (at.Read(), at.Read());
        before.Saw("a", 2);
        after.Saw("b", 3);
        update.Done(3);

        AssertExplained();
    }

    [Fact]
    public void A_stale_read_is_found()
    {
        at.Create("a").Done(2);
        at.Update("a", "b").Done(3);
        at.Read().Saw("a", 2);

        AssertFound("read a");
        Assert.Contains("went back", RevisionOrder.FindViolation(at.Operations));
    }

    [Fact]
    public void Reads_that_see_the_new_and_then_the_old_are_found_while_the_write_is_under_way()
    {
        at.Create("a").Done(2);
        var update = at.Update("a", "b");
        at.Read().Saw("b", 3);
        at.Read().Saw("a", 2);
        update.Done(3);

        AssertFound("read a");
    }

    [Fact]
    public void A_lost_update_is_found()
    {
        at.Create("a").Done(2);
        var (one, two) = (at.Update("a", "b"), at.Update("a", "c"));
        one.Done(3);
        two.Done(4);

        AssertFound("update a");
    }

    [Fact]
    public void An_acknowledged_write_that_is_gone_is_found()
    {
        at.Create("a").Done(2);
        at.Read().Absent();

        AssertFound("read nothing");
    }

    [Fact]
    public void A_write_that_was_made_twice_is_found()
    {
        at.Create("a").Done(2);
        at.Delete("a").Done();
        at.Read().Saw("a", 4);

        AssertFound("read a");
        Assert.Contains("several revisions", RevisionOrder.FindViolation(at.Operations));
    }

    [Fact]
    public void Two_creates_that_both_succeeded_are_found()
    {
        var (one, two) = (at.Create("a"), at.Create("b"));
        one.Done(2);
        two.Done(3);

        AssertFound("create");
    }

    [Fact]
    public void A_write_of_unknown_outcome_may_come_true_late_once_or_never()
    {
        at.Create("a").Done(2);
        at.Update("a", "b").Unknown();
        at.Read().Saw("a", 2);
        AssertExplained(); // Never.
        at.Read().Saw("b", 3);
        AssertExplained(); // Late.

        at.Read().Saw("a", 2);
        AssertFound("read a"); // But then it has.
    }

    [Fact]
    public void What_was_unknown_and_is_settled_has_happened_or_never_will()
    {
        at.Create("a").Done(2);
        at.Update("a", "b").Unknown();
        at.Settle();
        at.Read().Saw("a", 2);
        AssertExplained();

        at.Read().Saw("b", 3);

        AssertFound("read b");
    }

    [Fact]
    public void A_call_that_is_under_way_is_of_unknown_outcome()
    {
        at.Create("a");
        at.Read().Saw("a", 2);

        AssertExplained();
    }

    [Fact]
    public void A_conflict_that_nobody_caused_is_found()
    {
        at.Create("a").Done(2);
        at.Update("a", "b").Conflict();

        AssertFound("update a to b");
    }

    [Fact]
    public void A_revision_given_twice_is_found()
    {
        var (one, two) = (new History(), new List<Operation>());
        one.Begin(0, "k", Verb.Create, "a").Done(2);
        one.Begin(0, "l", Verb.Create, "b").Done(2);
        two.AddRange(one.Operations);

        Assert.Contains("revision 2 was given twice", RevisionOrder.FindViolation(two));
        Assert.Null(Linearizability.FindViolation(two));
    }

    [Fact]
    public void A_write_with_a_revision_before_one_that_was_seen_at_another_key_is_found()
    {
        var history = new History();
        history.Begin(0, "k", Verb.Create, "a").Done(5);
        history.Begin(1, "l", Verb.Create, "b").Done(4);

        Assert.Contains("went back", RevisionOrder.FindViolation(history.Operations));
    }

    private void AssertExplained()
    {
        Assert.Null(Linearizability.FindViolation(at.Operations));
        Assert.Null(RevisionOrder.FindViolation(at.Operations));
    }

    private void AssertFound(string what) => Assert.Contains(what, Linearizability.FindViolation(at.Operations));
}
