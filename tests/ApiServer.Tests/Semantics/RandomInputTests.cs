using System.Text;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Semantics;

/// <summary>Whatever is sent, the answer is the client's fault or a success: never the server's failure, never silence.</summary>
public sealed class RandomInputTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const int Seed = 424_242;

    private static readonly string[] Parameters =
        ["labelSelector", "fieldSelector", "resourceVersion", "resourceVersionMatch", "limit", "continue", "timeoutSeconds", "dryRun", "pretty", "fieldManager", "fieldValidation", "gracePeriodSeconds", "propagationPolicy", "includeObject"];

    private static readonly string[] Pieces =
    [
        "a", "b=c", "in", "(", ")", ",", "!", "=", "==", "!=", ">", "<", " ", "metadata.name", "notin", "\\", "\"", "é", "\0", "%", "0", "-1", "1", "18446744073709551616", "9223372036854775807",
        "Exact", "NotOlderThan", "true", "false", "All", "Strict", "/", "..", "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJhIn0", "\ud83d\ude80", "x.y/z",
    ];

    [Fact]
    public async Task Random_parameters_are_understood_or_refused()
    {
        var maps = await shared.MapsAsync();
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a","labels":{"a":"b"}}}""");
        var random = new Random(Seed);
        for (var i = 0; i < 600; i++)
        {
            var query = string.Join('&', Enumerable.Range(0, random.Next(1, 4)).Select(_ => $"{Parameters[random.Next(Parameters.Length)]}={Uri.EscapeDataString(Text(random))}"));
            if (query.Contains("resourceVersion=1844", StringComparison.Ordinal) || query.Contains("resourceVersion=9223", StringComparison.Ordinal))
            {
                continue; // Of the far future: waited for.
            }

            var answer = random.Next(4) switch
            {
                0 => await shared.Admin.PostAsync($"{maps}?{query}", """{"metadata":{"generateName":"r-"}}"""),
                1 => await shared.Admin.PatchAsync($"{maps}/a?{query}", "merge-patch+json", """{"data":{"k":"v"}}"""),
                2 => await shared.Admin.RemoveAsync($"{maps}/none?{query}"),
                _ => await shared.Admin.AskAsync($"{maps}?{query}"),
            };

            Assert.True(answer.Code is < 500 or 504, $"{query}: {answer.Code} {answer.Text}");
        }
    }

    [Fact]
    public async Task Random_patches_apply_or_are_refused()
    {
        var ns = await shared.NamespaceAsync();
        var path = $"/apis/apps/v1/namespaces/{ns}/deployments";
        Assert.Equal(201, (await shared.Admin.PostAsync(path, """
            {"metadata":{"name":"d","labels":{"a":"b"},"finalizers":["example.com/f"]},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},
            "spec":{"containers":[{"name":"c","image":"i","env":[{"name":"A","value":"1"}],"ports":[{"containerPort":80}]}],"tolerations":[{"key":"x"}]}}}}
            """)).Code);
        var random = new Random(Seed);
        for (var i = 0; i < 500; i++)
        {
            var (type, patch) = random.Next(4) switch
            {
                0 => ("json-patch+json", Operations(random)),
                1 => ("merge-patch+json", Tree(random, 4, isRoot: true)),
                2 => ("apply-patch+yaml", $$$"""{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{{{Tree(random, 3, isRoot: true)}}}}"""),
                _ => ("strategic-merge-patch+json", Tree(random, 4, isRoot: true)),
            };

            var answer = await shared.Admin.PatchAsync($"{path}/d?fieldManager=m&dryRun=All", type, patch);

            // A configuration that does not fit its kind is refused as upstream does it: with a 500 that is meant.
            Assert.True(answer.Code < 500 || answer.Message.StartsWith("failed to create typed patch object (", StringComparison.Ordinal), $"{type} {patch}: {answer.Code} {answer.Text}");
        }

        Assert.Equal(200, (await shared.Admin.AskAsync(path + "/d")).Code);
    }

    private static string Text(Random random) => string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => Pieces[random.Next(Pieces.Length)]));

    private static string Operations(Random random) =>
        $"[{string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => $$"""{"op":"{{Pick(random, "add", "remove", "replace", "move", "copy", "test", "x")}}","path":"{{Pointer(random)}}","from":"{{Pointer(random)}}","value":{{Tree(random, 2, isRoot: false)}}}"""))}]";

    private static string Pointer(Random random) => Pick(
        random, "", "/", "/spec", "/spec/replicas", "/spec/template/spec/containers/0", "/spec/template/spec/containers/-", "/spec/template/spec/containers/9", "/spec/template/spec/containers/-1/env",
        "/metadata", "/metadata/name", "/metadata/labels/a", "/metadata/finalizers/0", "/status", "/kind", "/x~2y", "x");

    private static string Tree(Random random, int depth, bool isRoot)
    {
        if (!isRoot && (depth == 0 || random.Next(3) == 0))
        {
            return Pick(random, "null", "1", "-1", "1.5", "true", "\"x\"", "\"\"", "[]", "{}", "[1,\"a\"]", "1e400", "99999999999999999999");
        }

        if (!isRoot && random.Next(3) == 0)
        {
            return $"[{string.Join(',', Enumerable.Range(0, random.Next(3)).Select(_ => Tree(random, depth - 1, isRoot: false)))}]";
        }

        var members = new StringBuilder();
        for (var i = random.Next(4); i > 0; i--)
        {
            var name = Pick(
                random, "metadata", "spec", "status", "template", "containers", "name", "labels", "annotations", "finalizers", "replicas", "env", "selector", "strategy", "ownerReferences", "managedFields",
                "$patch", "$retainKeys", "$setElementOrder/containers", "$deleteFromPrimitiveList/finalizers", "tolerations", "matchLabels", "uid", "resourceVersion", "deletionTimestamp", "unknown");
            var value = name == "$patch" ? Pick(random, "\"replace\"", "\"delete\"", "\"merge\"", "\"x\"", "1") : Tree(random, depth - 1, isRoot: false);
            members.Append(members.Length > 0 ? "," : "").Append($"\"{name}\":{value}");
        }

        return $"{{{members}}}";
    }

    private static string Pick(Random random, params string[] of) => of[random.Next(of.Length)];
}
