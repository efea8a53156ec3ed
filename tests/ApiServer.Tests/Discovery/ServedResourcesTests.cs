using System.Text.Json.Nodes;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Discovery;

/// <summary>Compares discovery with <c>Served.tsv</c>, which lists what Kubernetes v1.36 serves by default. A difference is a decision.</summary>
public sealed class ServedResourcesTests
{
    [Fact]
    public async Task Discovery_shows_every_resource_as_it_is_known()
    {
        await using var server = await TestServer.StartAsync();
        var documents = new Dictionary<string, JsonArray>(StringComparer.Ordinal);
        var differences = new List<string>();
        foreach (var expected in Expected())
        {
            var path = expected.Group.Length == 0 ? $"/api/{expected.Version}" : $"/apis/{expected.Group}/{expected.Version}";
            if (!documents.TryGetValue(path, out var resources))
            {
                var answer = await server.Admin.AskAsync(path);
                resources = documents[path] = answer.Code == 200 ? answer.Json["resources"]!.AsArray() : [];
            }

            var name = expected.Subresource.Length == 0 ? expected.Plural : $"{expected.Plural}/{expected.Subresource}";
            var found = resources.FirstOrDefault(resource => (string)resource!["name"]! == name);
            var served = found is null ? "nothing" : Line(found, expected.Subresource.Length > 0);
            if (served != expected.Line)
            {
                differences.Add($"{path} {name}: expected {expected.Line}, found {served}");
            }
        }

        Assert.Equal([], differences);
    }

    [Fact]
    public async Task Aggregated_discovery_names_the_same_resources()
    {
        await using var server = await TestServer.StartAsync();
        var served = new HashSet<string>(StringComparer.Ordinal);
        foreach (var root in new[] { "/api", "/apis" })
        {
            var answer = await server.Admin.GetAsync(root, "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
            foreach (var group in answer.Items)
            {
                foreach (var version in group!["versions"]!.AsArray())
                {
                    foreach (var resource in version!["resources"]!.AsArray())
                    {
                        var name = $"{(string?)group["metadata"]!["name"] ?? ""}/{(string)version["version"]!}/{(string)resource!["resource"]!}";
                        served.Add(name);
                        served.UnionWith((resource["subresources"]?.AsArray() ?? []).Select(sub => $"{name}/{(string)sub!["subresource"]!}"));
                    }
                }
            }
        }

        Assert.Equal([], Expected().Select(one => one.Name).Where(name => !served.Contains(name)));
    }

    private static string Line(JsonNode resource, bool isSubresource)
    {
        var kind = (string)resource["kind"]!;
        if (isSubresource)
        {
            var group = (string?)resource["group"] ?? "";
            var version = (string?)resource["version"];
            var full = version is null ? kind : group.Length == 0 ? $"{version}.{kind}" : $"{group}/{version}.{kind}";
            return $"{full} {List("verbs")} {(bool)resource["namespaced"]!}";
        }

        return $"{kind} {(string)resource["singularName"]!} {(bool)resource["namespaced"]!} [{List("shortNames")}] [{List("categories")}] {List("verbs")} {(string?)resource["storageVersionHash"] ?? "-"}";

        string List(string name) => string.Join(',', (resource[name]?.AsArray() ?? []).Select(item => (string)item!));
    }

    private static List<Row> Expected()
    {
        var rows = new List<Row>();
        foreach (var cells in ExpectedTable.Rows("Served"))
        {
            var (group, version, plural, kind, isNamespaced) = (cells[0], cells[1], cells[2], cells[3], cells[7] == "N");
            rows.Add(new Row(group, version, plural, "", $"{kind} {cells[4]} {isNamespaced} [{cells[5]}] [{cells[6]}] {cells[8]} {(cells[10].Length == 0 ? "-" : cells[10])}"));
            foreach (var sub in cells[9].Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                var (open, close) = (sub.IndexOf('['), sub.IndexOf(']'));
                var shown = sub[(close + 2)..];
                var own = group.Length == 0 ? $"{version}." : $"{group}/{version}.";
                var answered = shown == "self" ? kind : shown.StartsWith(own, StringComparison.Ordinal) ? shown[own.Length..] : shown;
                rows.Add(new Row(group, version, plural, sub[..open], $"{answered} {sub[(open + 1)..close]} {isNamespaced}"));
            }
        }

        return rows;
    }

    private sealed record Row(string Group, string Version, string Plural, string Subresource, string Line)
    {
        public string Name => $"{Group}/{Version}/{Plural}" + (Subresource.Length == 0 ? "" : "/" + Subresource);
    }
}
