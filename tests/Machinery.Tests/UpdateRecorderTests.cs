using System.Globalization;
using System.Text;
using Navarch.Api;
using Navarch.Api.Apps.V1;
using Navarch.Api.Core.V1;
using Navarch.Api.Discovery.V1;
using Navarch.Api.Json;
using Navarch.Api.Meta.V1;
using Navarch.Machinery.Apply;
using Navarch.Machinery.Json;
using Navarch.Testing;

namespace Navarch.Machinery.Tests;

public sealed class UpdateRecorderTests
{
    private const int Rounds = 400;

    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Recording_over_bytes_is_recording_over_trees()
    {
        var seed = Environment.GetEnvironmentVariable("NAVARCH_SEED") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : Environment.TickCount;
        var recorder = new UpdateRecorder();
        for (var round = 0; round < Rounds; round++)
        {
            var random = new Random(unchecked(seed + round));
            switch (round % 5)
            {
                case 0:
                    Compare<Pod>(recorder, random, seed, round);
                    break;
                case 1:
                    Compare<Deployment>(recorder, random, seed, round);
                    break;
                case 2:
                    Compare<Service>(recorder, random, seed, round);
                    break;
                case 3:
                    Compare<EndpointSlice>(recorder, random, seed, round);
                    break;
                default:
                    Compare<ConfigMap>(recorder, random, seed, round);
                    break;
            }
        }
    }

    [Fact]
    public void A_creator_owns_what_it_wrote_beside_what_the_server_keeps()
    {
        var entry = Assert.Single(Record([], "me", Text(Deployment.Empty), Text(Parse<Deployment>(
            """
            {"metadata":{"name":"a","namespace":"b","uid":"u","labels":{"app":"a"}},"spec":{"replicas":2,"selector":{"matchLabels":{"app":"a"}},
            "template":{"metadata":{"labels":{"app":"a"}},"spec":{"containers":[{"name":"web","image":"i","ports":[{"containerPort":80,"protocol":"TCP"}],"resources":{}}]}}},"status":{"replicas":3}}
            """)), Untracked.ServerAndStatus));

        Assert.Equal(("me", "Update", "v1", "FieldsV1", Now), (entry.Manager, entry.Operation, entry.APIVersion, entry.FieldsType, entry.Time));
        Assert.Equal(
            """
            {"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:replicas":{},"f:selector":{},"f:template":{"f:metadata":{"f:labels":{".":{},"f:app":{}}},
            "f:spec":{"f:containers":{"k:{\"name\":\"web\"}":{".":{},"f:image":{},"f:name":{},"f:ports":{".":{},"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{},"f:protocol":{}}},"f:resources":{}}}}}}}
            """.Replace("\n", "", StringComparison.Ordinal), entry.FieldsV1!.ToString());
    }

    [Fact]
    public void A_value_that_only_changes_renews_the_time_and_nothing_else()
    {
        var owners = Record([], "me", """{"data":null}""", """{"data":{"a":"1","b":"2"}}""", Untracked.Server);

        var same = Record(owners, "me", """{"data":{"a":"1","b":"2"}}""", """{"data":{"a":"1","b":"2"}}""", Untracked.Server, Now.AddHours(1));
        var renewed = Assert.Single(Record(owners, "me", """{"data":{"a":"1","b":"2"}}""", """{"data":{"a":"1","b":"3"}}""", Untracked.Server, Now.AddHours(1)));
        var shorter = Assert.Single(Record(owners, "me", """{"data":{"a":"1","b":"2"}}""", """{"data":{"a":"1"}}""", Untracked.Server, Now.AddHours(1)));

        Assert.Same(owners, same);
        Assert.Equal((Now.AddHours(1), owners[0].FieldsV1), (renewed.Time, renewed.FieldsV1));
        Assert.Equal((Now, """{"f:data":{"f:a":{}}}"""), (shorter.Time, shorter.FieldsV1!.ToString()));
    }

    [Fact]
    public void Of_many_updaters_the_oldest_become_one()
    {
        IReadOnlyList<ManagedFieldsEntry> owners = [];
        var data = "";
        for (var i = 0; i < 12; i++)
        {
            var before = data;
            data += $"{(i == 0 ? "" : ",")}\"k{i:00}\":\"v\"";
            owners = Record(owners, $"m{i:00}", i == 0 ? """{"data":null}""" : $"{{\"data\":{{{before}}}}}", $"{{\"data\":{{{data}}}}}", Untracked.Server, Now.AddMinutes(i));
        }

        Assert.Equal(["ancient-changes", .. Enumerable.Range(3, 9).Select(static i => $"m{i:00}")], owners.Select(static owner => owner.Manager));
        Assert.Equal("""{"f:data":{"f:k00":{},"f:k01":{},"f:k02":{}}}""", owners[0].FieldsV1!.ToString());
        Assert.Equal(Now.AddMinutes(2), owners[0].Time);
    }

    [Fact]
    public void Sets_that_somebody_else_wrote_are_understood()
    {
        var owners = Record(
            [new ManagedFieldsEntry { Manager = "old", Operation = "Apply", APIVersion = "v1", FieldsV1 = new RawExtension(Encoding.UTF8.GetBytes("""{ "f:data": {"f:z":{}, "f:a":{}, ".":{}} }""")) }],
            "me", """{"data":{"a":"1","z":"1"}}""", """{"data":{"a":"2","z":"1"}}""", Untracked.Server);

        Assert.Equal(["""{"f:data":{".":{},"f:z":{}}}""", """{"f:data":{"f:a":{}}}"""], owners.Select(static owner => owner.FieldsV1!.ToString()));
    }

    [Theory]
    [InlineData("""{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","managedFields":[{"manager":"]"}]},"data":{}}""", ""","managedFields":[{"manager":"]"}]""")]
    [InlineData("""{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"},"spec":{"metadata":{"x":1,"managedFields":[]}}}""", "")]
    [InlineData("""{"metadata":{}}""", "")]
    public void The_owners_are_found_in_the_text_of_an_object(string json, string owners)
    {
        Assert.Equal(owners, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(json).AsSpan()[UpdateRecorder.FindOwners(Encoding.UTF8.GetBytes(json))]));
    }

    private static void Compare<T>(UpdateRecorder recorder, Random random, int seed, int round) where T : class, IResource<T>
    {
        var values = new RandomApi(random);
        var (first, second) = (Parse<T>(Encoding.UTF8.GetString(values.Value(T.Schema))), Parse<T>(Encoding.UTF8.GetString(values.Value(T.Schema))));
        first = first.WithMetadata(first.Metadata with { ManagedFields = [] });
        second = second.WithMetadata(second.Metadata with { ManagedFields = [] });
        if (random.Next(3) == 0)
        {
            second = second.WithMetadata(first.Metadata); // Parts that are the same must be skipped, not missed.
        }

        IReadOnlyList<ManagedFieldsEntry> fast = [];
        var plain = PlainOwners.Of([]);
        var before = Encoding.UTF8.GetBytes(Text(T.Empty));
        foreach (var (name, value) in new[] { ("a", first), ("b", second), ("a", first), ("c", T.Empty) })
        {
            var after = Encoding.UTF8.GetBytes(Text(value));
            var manager = new Manager(name, "v1", "", Now.AddMinutes(name[0]));
            var untracked = random.Next(2) == 0 ? Untracked.Server : Untracked.ServerAndStatus;
            fast = recorder.Record(fast, manager, before, default, after, T.Schema, untracked);
            plain.Update(manager, (JsonObject)JsonNode.Parse(before), (JsonObject)JsonNode.Parse(after), T.Schema, untracked);
            var (expected, actual) = (string.Join('\n', plain.ToEntries().Select(Show)), string.Join('\n', fast.Select(Show)));
            Assert.True(expected == actual, $"seed {seed}, round {round}, manager {name}\n{expected}\n{actual}\n{Encoding.UTF8.GetString(before)}\n{Encoding.UTF8.GetString(after)}");
            before = after;
        }
    }

    private static string Show(ManagedFieldsEntry entry) => $"{entry.Manager} {entry.Operation} {entry.Time:T} {entry.FieldsV1}";

    private static T Parse<T>(string json) where T : IApiType<T> => ApiJson.Parse<T>(Encoding.UTF8.GetBytes(json));

    private static string Text(IApiObject value) => Encoding.UTF8.GetString(ApiJson.ToUtf8(value));

    private static IReadOnlyList<ManagedFieldsEntry> Record(
        IReadOnlyList<ManagedFieldsEntry> owners, string manager, string before, string after, Untracked untracked, DateTimeOffset? now = null) =>
        new UpdateRecorder().Record(
            owners, new Manager(manager, "v1", "", now ?? Now), Encoding.UTF8.GetBytes(before), default, Encoding.UTF8.GetBytes(after),
            after.Contains("containers", StringComparison.Ordinal) ? Deployment.Schema : ConfigMap.Schema, untracked);
}
