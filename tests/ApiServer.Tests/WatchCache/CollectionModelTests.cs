using FsCheck;
using FsCheck.Fluent;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.WatchCache;

namespace Navarch.ApiServer.Tests.WatchCache;

/// <summary>The cache of a kind against everything that ever happened, in a list.</summary>
public sealed class CollectionModelTests
{
    private const int Names = 5;
    private const int Nodes = 3;

    [Fact]
    public void Whatever_happens_readers_see_what_the_list_of_all_changes_says() =>
        Prop.ForAll(ArbMap.Default.ArbFor<(byte What, byte Which, byte Node)[]>(), steps =>
        {
            var run = new Run();
            foreach (var (what, which, node) in steps)
            {
                run.Step(what % 12, which, node);
                run.CheckState(which);
            }

            run.CheckReaders();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithEndSize(200));

    [Fact]
    public void Changes_of_one_revision_are_seen_together_or_not_at_all()
    {
        var run = new Run();
        run.Put(0, 1);
        run.Put(1, 1);
        var seen = new List<(long Revision, int Count)>();
        run.Collection.Applying = _ => seen.Add((run.Collection.Current.Revision, run.Collection.Current.Objects.Count));

        run.DeleteTogether();

        Assert.Equal([(3, 0), (3, 0)], seen);
        run.CheckReaders();
    }

    private sealed class Run
    {
        private readonly Kind kind = A.Pods();
        private readonly List<CacheEvent> history = [];
        private readonly List<Reader> readers = [];
        private long revision;

        private sealed record Reader(Watcher Watcher, Selection Selection, long After)
        {
            public List<string> Seen { get; } = [];
        }

        public Collection Collection => kind.Objects;

        public void Step(int what, byte which, byte node)
        {
            switch (what)
            {
                case < 6:
                    Put(which, node);
                    break;
                case < 8:
                    Delete([Name(which)]);
                    break;
                case 8:
                    DeleteTogether();
                    break;
                case 9:
                    Watch(revision * node / 255, which);
                    break;
                default:
                    readers.ForEach(reader => Read(reader, which % 4));
                    break;
            }
        }

        public void Put(int which, int node)
        {
            revision++;
            var pod = A.Pod(kind, Name(which), node % Nodes == 0 ? "" : $"n{node % Nodes}", revision);
            var change = new CacheEvent(revision, StateAt(revision).GetValueOrDefault(pod.Key), pod);
            history.Add(change);
            Collection.Apply(change);
        }

        public void DeleteTogether() => Delete(Enumerable.Range(0, Names).Select(Name));

        /// <summary>What is there now, what was there once, and what a page of it is.</summary>
        public void CheckState(byte which)
        {
            Assert.Equal(Shown(StateAt(revision)), Shown(Collection.Current.Objects));
            var past = revision * which / 255;
            Assert.Equal(Shown(StateAt(past)), Shown(Collection.FindAt(past)!.Objects));
        }

        public void CheckReaders()
        {
            Watch(0, 0);
            foreach (var reader in readers)
            {
                Read(reader, int.MaxValue);
                var expected = new List<string>();
                foreach (var change in history.Where(change => change.Revision > reader.After))
                {
                    if (change.TrySeenBy(reader.Selection, out var item))
                    {
                        expected.Add(Shown(item));
                    }
                }

                Assert.Equal(expected, reader.Seen);
                Assert.False(reader.Watcher.IsEnded);
            }
        }

        private static string Name(int which) => $"p{which % Names}";

        private static void Read(Reader reader, int count)
        {
            for (; count > 0 && reader.Watcher.TryRead(out var item); count--)
            {
                reader.Seen.Add(Shown(item));
            }
        }

        private static string Shown(WatchItem item) => $"{item.Type} {item.Object.Key}@{item.Object.Revision}";

        private static List<string> Shown(SortedDictionary<string, StoredObject> state) => [.. state.Values.Select(value => $"{value.Key}@{value.Revision}")];

        private static List<string> Shown(ObjectMap objects)
        {
            var shown = new List<string>();
            for (var walk = objects.All(); walk.MoveNext();)
            {
                shown.Add($"{walk.Current.Key}@{walk.Current.Revision}");
            }

            return shown;
        }

        private void Delete(IEnumerable<string> names)
        {
            var state = StateAt(revision);
            var changes = names.Select(name => state.GetValueOrDefault($"default/{name}")).OfType<StoredObject>()
                .Select(pod => new CacheEvent(revision + 1, pod, null)).ToList();
            if (changes.Count > 0)
            {
                revision++;
                history.AddRange(changes);
                Collection.ApplyTogether(changes);
            }
        }

        private void Watch(long after, byte which)
        {
            var selection = Selection.Parse(kind, "default", "", (which % 5) switch
            {
                0 => "",
                1 => $"metadata.name={Name(which / 5)}",
                2 => $"metadata.name!={Name(which / 5)}",
                3 => "spec.nodeName=n1",
                _ => "spec.nodeName!=n1",
            });
            readers.Add(new Reader(Collection.WatchAfter(selection, after), selection, after));
        }

        private SortedDictionary<string, StoredObject> StateAt(long at)
        {
            var state = new SortedDictionary<string, StoredObject>(StringComparer.Ordinal);
            foreach (var change in history.Where(change => change.Revision <= at))
            {
                if (change.Current is { } current)
                {
                    state[change.Key] = current;
                }
                else
                {
                    state.Remove(change.Key);
                }
            }

            return state;
        }
    }
}
