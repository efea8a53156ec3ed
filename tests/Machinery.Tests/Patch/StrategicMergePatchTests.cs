using Navarch.Api;
using Navarch.Api.Apps.V1;
using Navarch.Api.Core.V1;
using Navarch.Machinery.Json;
using Navarch.Machinery.Patch;

namespace Navarch.Machinery.Tests.Patch;

public sealed class StrategicMergePatchTests
{
    [Theory]
    // Lists with a merge key.
    [InlineData("""{"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"1"}]}}""",
        """{"spec":{"containers":[{"name":"b","image":"2"}]}}""",
        """{"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"2"}]}}""")]
    [InlineData("""{"spec":{"containers":[{"name":"a"}]}}""",
        """{"spec":{"containers":[{"name":"b"}]}}""",
        """{"spec":{"containers":[{"name":"b"},{"name":"a"}]}}""")]
    [InlineData("""{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}""",
        """{"spec":{"containers":[{"name":"a","$patch":"delete"}]}}""",
        """{"spec":{"containers":[{"name":"b"}]}}""")]
    [InlineData("""{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}""",
        """{"spec":{"containers":[{"name":"c"},{"$patch":"replace"}]}}""",
        """{"spec":{"containers":[{"name":"c"}]}}""")]
    [InlineData("""{"spec":{"containers":[{"name":"a","ports":[{"containerPort":80,"name":"x"}]}]}}""",
        """{"spec":{"containers":[{"name":"a","ports":[{"containerPort":80,"name":"y"},{"containerPort":81}]}]}}""",
        """{"spec":{"containers":[{"name":"a","ports":[{"containerPort":80,"name":"y"},{"containerPort":81}]}]}}""")]
    // Lists without one are replaced.
    [InlineData("""{"spec":{"tolerations":[{"key":"a"}]}}""", """{"spec":{"tolerations":[{"key":"b"}]}}""", """{"spec":{"tolerations":[{"key":"b"}]}}""")]
    // Lists of strings.
    [InlineData("""{"metadata":{"finalizers":["a","b"]}}""", """{"metadata":{"finalizers":["c","a"]}}""", """{"metadata":{"finalizers":["c","a","b"]}}""")]
    [InlineData("""{"metadata":{"finalizers":["a","b","c"]}}""", """{"metadata":{"$deleteFromPrimitiveList/finalizers":["b","x"]}}""", """{"metadata":{"finalizers":["a","c"]}}""")]
    [InlineData("""{"metadata":{"finalizers":["a","b","c"]}}""",
        """{"metadata":{"$deleteFromPrimitiveList/finalizers":["b"],"$setElementOrder/finalizers":["d","a"],"finalizers":["d"]}}""",
        """{"metadata":{"finalizers":["d","a","c"]}}""")]
    [InlineData("""{"metadata":{}}""", """{"metadata":{"$deleteFromPrimitiveList/finalizers":["b"]}}""", """{"metadata":{}}""")]
    // Maps.
    [InlineData("""{"metadata":{"labels":{"a":"1","b":"2"}}}""", """{"metadata":{"labels":{"a":null,"c":"3"}}}""", """{"metadata":{"labels":{"b":"2","c":"3"}}}""")]
    [InlineData("""{"metadata":{"labels":{"a":"1"}}}""", """{"metadata":{"labels":null}}""", """{"metadata":{}}""")]
    [InlineData("""{"metadata":{"labels":{"a":"1"}}}""", """{"metadata":{"labels":{"$patch":"replace","b":"2"}}}""", """{"metadata":{"labels":{"b":"2"}}}""")]
    [InlineData("""{"metadata":{"labels":{"a":"1"}}}""", """{"metadata":{"labels":{"$patch":"delete"}}}""", """{"metadata":{"labels":{}}}""")]
    [InlineData("""{"metadata":{}}""", """{"metadata":{"labels":{"a":null,"b":"1"}}}""", """{"metadata":{"labels":{"b":"1"}}}""")]
    // Unions.
    [InlineData("""{"spec":{"volumes":[{"name":"v","emptyDir":{}}]}}""",
        """{"spec":{"$setElementOrder/volumes":[{"name":"v"}],"volumes":[{"$retainKeys":["name","hostPath"],"hostPath":{"path":"/"},"name":"v"}]}}""",
        """{"spec":{"volumes":[{"name":"v","hostPath":{"path":"/"}}]}}""")]
    // Directives where there is nothing yet.
    [InlineData("""{"spec":{}}""",
        """{"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"a"}],"containers":[{"name":"b"},{"name":"a"},{"name":"z","$patch":"delete"}]}}""",
        """{"spec":{"containers":[{"name":"b"},{"name":"a"}]}}""")]
    [InlineData("""{}""", """{"spec":{"containers":[{"name":"a","$setElementOrder/env":[{"name":"E"}],"env":[{"name":"E","value":null}]}]}}""",
        """{"spec":{"containers":[{"name":"a","env":[{"name":"E"}]}]}}""")]
    public void A_patch_of_a_pod_merges_by_the_schema(string document, string patch, string result) =>
        Assert.Equal(result, Apply<Pod>(document, patch));

    [Fact]
    public void Elements_the_server_alone_has_keep_their_place_among_the_ordered_ones()
    {
        const string Live = """{"spec":{"containers":[{"name":"injected"},{"name":"a"},{"name":"b"},{"name":"late"}]}}""";
        const string Patch = """{"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"new"},{"name":"a"}],"containers":[{"name":"new"}]}}""";

        Assert.Equal(
            """{"spec":{"containers":[{"name":"injected"},{"name":"b"},{"name":"new"},{"name":"a"},{"name":"late"}]}}""",
            Apply<Pod>(Live, Patch));
    }

    [Fact]
    public void An_order_alone_reorders()
    {
        Assert.Equal(
            """{"spec":{"containers":[{"name":"b"},{"name":"a"}]}}""",
            Apply<Pod>("""{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}""", """{"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"a"}]}}"""));
    }

    // What kubectl apply sends when the image, an environment variable and the strategy of a deployment changed.
    [Fact]
    public void A_patch_as_kubectl_apply_computes_it_changes_exactly_that()
    {
        const string Live = """
            {"metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"old"},"name":"web"},
             "spec":{"replicas":3,"strategy":{"rollingUpdate":{"maxSurge":"25%","maxUnavailable":"25%"},"type":"RollingUpdate"},
             "template":{"spec":{"containers":[{"env":[{"name":"A","value":"1"},{"name":"B","value":"2"}],"image":"web:1","name":"web","ports":[{"containerPort":80,"protocol":"TCP"}]}]}}}}
            """;
        const string Patch = """
            {"metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"new"}},
             "spec":{"strategy":{"$retainKeys":["type"],"rollingUpdate":null,"type":"Recreate"},
             "template":{"spec":{"$setElementOrder/containers":[{"name":"web"}],
             "containers":[{"$setElementOrder/env":[{"name":"C"},{"name":"A"}],"env":[{"name":"C","value":"3"},{"$patch":"delete","name":"B"}],"image":"web:2","name":"web"}]}}}}
            """;
        const string Result = """
            {"metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"new"},"name":"web"},
             "spec":{"replicas":3,"strategy":{"type":"Recreate"},
             "template":{"spec":{"containers":[{"env":[{"name":"C","value":"3"},{"name":"A","value":"1"}],"image":"web:2","name":"web","ports":[{"containerPort":80,"protocol":"TCP"}]}]}}}}
            """;

        Assert.Equal(JsonNode.Parse(Result).ToString(), Apply<Deployment>(Live, Patch));
    }

    [Theory]
    [InlineData("""{"spec":{"containers":[{"image":"x"}]}}""", 422)]
    [InlineData("""{"spec":{"containers":[{"name":"a","$patch":"merge"}]}}""", 422)]
    [InlineData("""{"spec":{"containers":[["a"]]}}""", 422)]
    [InlineData("""{"spec":{"containers":["a"]}}""", 422)]
    [InlineData("""{"spec":{"$patch":"erase"}}""", 400)]
    [InlineData("""{"spec":{"$patch":7}}""", 400)]
    [InlineData("""{"spec":{"$retainKeys":"name"}}""", 400)]
    [InlineData("""{"spec":{"$retainKeys":["a"],"b":1}}""", 422)]
    [InlineData("""{"spec":{"$setElementOrder/containers":7}}""", 400)]
    [InlineData("""{"spec":{"$setElementOrder/containers":[{"name":"a"},{"name":"b"}],"containers":[{"name":"b"},{"name":"a"}]}}""", 422)]
    [InlineData("""{"spec":{"$setElementOrder/containers":[{"name":"a"}],"containers":[{"name":"b"}]}}""", 422)]
    [InlineData("""[]""", 400)]
    public void A_patch_that_makes_no_sense_is_refused(string patch, int code) =>
        Assert.Equal(code, Assert.Throws<PatchException>(() => Apply<Pod>("""{"spec":{"containers":[{"name":"a"}]}}""", patch)).Status.Code);

    /// <summary>If each were compared with every other, this would not end while somebody waits.</summary>
    [Fact]
    public void A_patch_costs_no_more_than_it_is_long()
    {
        const int Many = 30_000;
        var live = Owners(static i => $$"""{"uid":"u{{i}}"}""");

        Assert.Equal("""{"metadata":{"ownerReferences":[]}}""", Apply<Pod>(live, Owners(static i => $$"""{"$patch":"delete","uid":"u{{i}}"}""")));
        Assert.Contains("{\"uid\":{\"a\":29999}}", Apply<Pod>(live, Owners(static i => $$$"""{"uid":{"a":{{{i}}} } }""")), StringComparison.Ordinal);
        Assert.Equal(JsonNode.Parse(live), JsonNode.Parse(Apply<Pod>(live, Owners(static i => $$$"""{"uid":{"a":{{{i}}} } }""").Replace("ownerReferences", "$setElementOrder/ownerReferences", StringComparison.Ordinal))));
        Assert.Equal(
            """{"metadata":{"finalizers":["kept"]}}""",
            Apply<Pod>($$$"""{"metadata":{"finalizers":["kept",{{{Each(static i => $"\"{i}\"")}}}]}}""", $$$"""{"metadata":{"$deleteFromPrimitiveList/finalizers":[{{{Each(static i => $"\"{i}\"")}}}]}}"""));

        static string Owners(Func<int, string> one) => $$$"""{"metadata":{"ownerReferences":[{{{Each(one)}}}]}}""";
        static string Each(Func<int, string> one) => string.Join(',', Enumerable.Range(0, Many).Select(one));
    }

    [Fact]
    public void Values_that_are_equal_have_equal_hashes_and_others_hardly_ever()
    {
        foreach (var (left, right) in ((string, string)[])[("1", "1.0"), ("0", "-0.0"), ("""{"a":1,"b":[2]}""", """{"b":[2.0],"a":1}""")])
        {
            Assert.Equal(JsonNode.Parse(left), JsonNode.Parse(right));
            Assert.Equal(JsonNode.Parse(left).GetHashCode(), JsonNode.Parse(right).GetHashCode());
        }

        // Numbers of one hash in the platform's eyes, and what is made of them.
        var alike = Enumerable.Range(1, 1000).Select(static i => BitConverter.Int64BitsToDouble(((long)(0x40000000 + i) << 32) | (uint)(0x40000000 + i)).ToString("R", System.Globalization.CultureInfo.InvariantCulture)).ToList();
        foreach (var form in (string[])["N", "[N]", "{\"a\":N}", "[{\"b\":[N]}]"])
        {
            Assert.InRange(alike.Select(number => JsonNode.Parse(form.Replace("N", number, StringComparison.Ordinal)).GetHashCode()).Distinct().Count(), 990, 1000);
        }
    }

    private static string Apply<T>(string document, string patch) where T : IApiType<T> =>
        StrategicMergePatch.Apply((JsonObject)JsonNode.Parse(document), JsonNode.Parse(patch), T.Schema).ToString();
}
