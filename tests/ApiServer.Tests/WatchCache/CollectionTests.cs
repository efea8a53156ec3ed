using System.Text;
using Navarch.ApiServer.WatchCache;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Tests.WatchCache;

public sealed class CollectionTests
{
    [Fact]
    public void The_version_is_spliced_into_the_bytes_and_replaced_when_the_object_departs()
    {
        var kind = A.Maps();

        var stored = A.Map(kind, "a", revision: 7);

        Assert.Equal("""{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","namespace":"default","uid":"a","resourceVersion":"7"}}""", Encoding.UTF8.GetString(stored.Json));
        Assert.Contains("\"resourceVersion\":\"1234\"}", Encoding.UTF8.GetString(stored.WithRevision(1234).Json));
        Assert.Equal("1234", stored.WithRevision(1234).Value.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task A_watcher_that_reads_nothing_is_cut_off_and_the_others_are_not()
    {
        var collection = A.Maps().Objects;
        var slow = collection.WatchAfter(Selection.Everything(collection.Kind, ""), 0);
        var read = 0;
        var quick = collection.WatchAfter(Selection.Everything(collection.Kind, ""), 0);

        for (var revision = 1; revision <= 40_000; revision++)
        {
            Put(collection, "a", revision);
            while (quick.TryRead(out _))
            {
                read++;
            }
        }

        await slow.WaitAsync();
        Assert.True(slow.IsEnded);
        Assert.False(slow.HasUnread);
        Assert.False(quick.IsEnded);
        Assert.Equal(40_000, read);
    }

    [Fact]
    public void Watchers_of_a_node_are_passed_by_for_pods_of_other_nodes()
    {
        var collection = A.Pods().Objects;
        var selection = Selection.Parse(collection.Kind, "", "", "spec.nodeName=n1");
        var watcher = collection.WatchAfter(selection, 0);

        collection.Apply(new CacheEvent(1, null, A.Pod(collection.Kind, "a", "", 1)));
        Assert.False(watcher.HasUnread);
        collection.Apply(new CacheEvent(2, collection.Current.Objects.Find("default/a"), A.Pod(collection.Kind, "a", "n1", 2)));
        collection.Apply(new CacheEvent(3, collection.Current.Objects.Find("default/a"), A.Pod(collection.Kind, "a", "n2", 3)));

        Assert.True(watcher.TryRead(out var entered));
        Assert.True(watcher.TryRead(out var left));
        Assert.Equal((WatchItemType.Added, 2), (entered.Type, entered.Object.Revision));
        Assert.Equal((WatchItemType.Deleted, 3), (left.Type, left.Object.Revision));
        Assert.Contains("\"nodeName\":\"n1\"", Encoding.UTF8.GetString(left.Object.Json));
    }

    [Fact]
    public void A_watch_resumes_in_the_ring_and_not_before_it()
    {
        var collection = A.Maps().Objects;
        for (var revision = 1; revision <= 20_000; revision++)
        {
            Put(collection, "a", revision);
        }

        var watcher = collection.WatchAfter(Selection.Everything(collection.Kind, ""), 19_990);
        for (var revision = 19_991; revision <= 20_000; revision++)
        {
            Assert.True(watcher.TryRead(out var item));
            Assert.Equal(revision, item.Object.Revision);
        }

        var expired = Assert.Throws<StatusException>(() => collection.WatchAfter(Selection.Everything(collection.Kind, ""), 10));
        Assert.Equal("Expired", expired.Status.Reason);
    }

    [Fact]
    public void The_past_is_rebuilt_from_the_events()
    {
        var collection = A.Maps().Objects;
        Put(collection, "a", 1);
        Put(collection, "b", 2);
        Put(collection, "a", 3);
        collection.Apply(new CacheEvent(4, collection.Current.Objects.Find("default/b"), null));

        var past = collection.FindAt(2)!.Objects;

        Assert.Equal((1, 2), (past.Find("default/a")!.Revision, past.Find("default/b")!.Revision));
        Assert.Equal(1, collection.Current.Objects.Count);
    }

    [Fact]
    public void An_unwatched_watcher_hears_nothing_more()
    {
        var collection = A.Maps().Objects;
        foreach (var selector in new[] { "", "metadata.name=a" })
        {
            var watcher = collection.WatchAfter(Selection.Parse(collection.Kind, "default", "", selector), collection.Current.Revision);
            collection.Unwatch(watcher);
            Put(collection, "a", collection.Current.Revision + 1);
            Assert.False(watcher.HasUnread);
        }

        Assert.Equal(0, collection.WatcherCount);
    }

    private static void Put(Collection collection, string name, long revision) => collection.Apply(
        new CacheEvent(revision, collection.Current.Objects.Find("default/" + name), A.Map(collection.Kind, name, revision)));
}
