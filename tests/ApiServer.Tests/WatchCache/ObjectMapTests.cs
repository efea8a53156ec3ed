using Navarch.ApiServer.WatchCache;

namespace Navarch.ApiServer.Tests.WatchCache;

public sealed class ObjectMapTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void It_is_a_sorted_dictionary_of_which_every_version_lasts(int seed)
    {
        var random = new Random(seed);
        var kind = A.Maps();
        var model = new SortedDictionary<string, StoredObject>(StringComparer.Ordinal);
        var map = ObjectMap.Empty;
        var versions = new List<(ObjectMap Map, string[] Keys)>();
        for (var i = 0; i < 6000; i++)
        {
            // Growth first, then decline, so that nodes are split and joined at every size.
            var value = A.Map(kind, $"m{random.Next(1500)}");
            if (random.Next(6000) > i)
            {
                map = map.With(value);
                model[value.Key] = value;
            }
            else
            {
                map = map.Without(value.Key);
                model.Remove(value.Key);
            }

            if (i % 500 == 0)
            {
                versions.Add((map, [.. model.Keys]));
            }
        }

        versions.Add((map, [.. model.Keys]));
        foreach (var (version, keys) in versions)
        {
            Assert.Equal(keys, Keys(version, ""));
            Assert.Equal(keys.Length, version.Count);
        }

        foreach (var probe in Enumerable.Range(0, 200).Select(_ => $"default/m{random.Next(1600)}"))
        {
            Assert.Same(model.GetValueOrDefault(probe), map.Find(probe));
            Assert.Equal(model.Keys.Count(key => string.CompareOrdinal(key, probe) < 0), map.CountBefore(probe));
            Assert.Equal(model.Keys.Where(key => string.CompareOrdinal(key, probe) >= 0), Keys(map, probe));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(5000)]
    public void It_is_built_from_what_is_sorted(int count)
    {
        var kind = A.Maps();
        var values = Enumerable.Range(0, count).Select(i => A.Map(kind, $"m{i:D5}")).ToList();

        var map = ObjectMap.FromSorted(values);

        Assert.Equal(values.Select(value => value.Key), Keys(map, ""));
        Assert.Equal(count, map.Count);
    }

    private static List<string> Keys(ObjectMap map, string from)
    {
        var keys = new List<string>();
        for (var walk = map.From(from); walk.MoveNext();)
        {
            keys.Add(walk.Current.Key);
        }

        return keys;
    }
}
