using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Semantics;

public sealed class MetadataTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string Deployment =
        """{"metadata":{"name":"d"},"spec":{"replicas":1,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""";

    [Fact]
    public async Task The_server_says_who_an_object_is_whatever_the_client_says()
    {
        var maps = await shared.MapsAsync();

        var created = await shared.Admin.PostAsync(maps, """
            {"metadata":{"name":"a","uid":"mine","selfLink":"/x","creationTimestamp":"2001-01-01T00:00:00Z",
            "deletionTimestamp":"2001-01-01T00:00:00Z","deletionGracePeriodSeconds":7}}
            """);

        var metadata = created.Json["metadata"]!.AsObject();
        Assert.True(Guid.TryParse((string)metadata["uid"]!, out _));
        Assert.NotEqual("2001-01-01T00:00:00Z", (string)metadata["creationTimestamp"]!);
        Assert.Matches("^[0-9-]{10}T[0-9:]{8}Z$", (string)metadata["creationTimestamp"]!);
        Assert.False(metadata.ContainsKey("selfLink"));
        Assert.False(metadata.ContainsKey("deletionTimestamp"));
        Assert.False(metadata.ContainsKey("deletionGracePeriodSeconds"));
        Assert.False(metadata.ContainsKey("generation"));
    }

    [Fact]
    public async Task A_new_object_has_no_version()
    {
        var answer = await shared.Admin.PostAsync(await shared.MapsAsync(), """{"metadata":{"name":"a","resourceVersion":"5"}}""");

        Assert.Equal((500, "resourceVersion should not be set on objects to be created"), (answer.Code, answer.Message));
    }

    [Fact]
    public async Task Generated_names_are_short_enough_and_different()
    {
        var maps = await shared.MapsAsync();
        var prefix = new string('p', 70);

        var names = new HashSet<string>();
        for (var i = 0; i < 20; i++)
        {
            names.Add((string)(await shared.Admin.PostAsync(maps, $$$"""{"metadata":{"generateName":"{{{prefix}}}"} }""")).Json["metadata"]!["name"]!);
        }

        Assert.Equal(20, names.Count);
        Assert.All(names, static name => Assert.Equal(63, name.Length));
        Assert.Equal("given", (string)(await shared.Admin.PostAsync(maps, """{"metadata":{"name":"given","generateName":"p-"}}""")).Json["metadata"]!["name"]!);
    }

    [Theory]
    [InlineData("configmaps", "{}", "ConfigMap \"\" is invalid: metadata.name: Required value: name or generateName is required")]
    [InlineData("configmaps", "{\"metadata\":{\"name\":\"A_b\"}}", "ConfigMap \"A_b\" is invalid: metadata.name: Invalid value: \"A_b\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')")]
    [InlineData("configmaps", "{\"metadata\":{\"name\":\"a\",\"labels\":{\"-x\":\"1\"}}}", "ConfigMap \"a\" is invalid: metadata.labels: Invalid value: \"-x\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')")]
    [InlineData("configmaps", "{\"metadata\":{\"name\":\"a\",\"labels\":{\"x\":\"a b\"}}}", "ConfigMap \"a\" is invalid: metadata.labels: Invalid value: \"a b\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')")]
    [InlineData("configmaps", "{\"metadata\":{\"name\":\"a\",\"finalizers\":[\"hold\"]}}", "ConfigMap \"a\" is invalid: metadata.finalizers[0]: Invalid value: \"hold\": name is neither a standard finalizer name nor is it fully qualified")]
    [InlineData("configmaps", "{\"metadata\":{\"name\":\"a\",\"finalizers\":[\"orphan\",\"foregroundDeletion\"]}}", "ConfigMap \"a\" is invalid: metadata.finalizers: Invalid value: [\"orphan\",\"foregroundDeletion\"]: finalizer orphan and foregroundDeletion cannot be both set")]
    [InlineData("configmaps", "{\"metadata\":{\"name\":\"a\",\"ownerReferences\":[{\"apiVersion\":\"\",\"kind\":\"\",\"name\":\"\",\"uid\":\"\"}]}}", "ConfigMap \"a\" is invalid: [metadata.ownerReferences.apiVersion: Invalid value: \"\": version must not be empty, metadata.ownerReferences.kind: Invalid value: \"\": must not be empty, metadata.ownerReferences.name: Invalid value: \"\": must not be empty, metadata.ownerReferences.uid: Invalid value: \"\": must not be empty]")]
    [InlineData("configmaps", "{\"metadata\":{\"name\":\"a\",\"ownerReferences\":[{\"apiVersion\":\"v1\",\"kind\":\"Event\",\"name\":\"e\",\"uid\":\"u\"}]}}", "ConfigMap \"a\" is invalid: metadata.ownerReferences: Invalid value: {\"apiVersion\":\"v1\",\"kind\":\"Event\",\"name\":\"e\",\"uid\":\"u\"}: /v1, Kind=Event is disallowed from being an owner")]
    public async Task Metadata_that_is_wrong_is_refused(string resource, string body, string message)
    {
        var ns = await shared.NamespaceAsync();

        var answer = await shared.Admin.PostAsync($"/api/v1/namespaces/{ns}/{resource}", body);

        Assert.Equal((422, "Invalid", message), (answer.Code, answer.Reason, answer.Message));
        Assert.NotEmpty(answer.Json["details"]!["causes"]!.AsArray());
    }

    [Fact]
    public async Task A_prefix_that_makes_no_name_is_named_beside_the_name()
    {
        var answer = await shared.Admin.PostAsync(await shared.MapsAsync(), """{"metadata":{"generateName":"Big_"}}""");

        Assert.Equal(422, answer.Code);
        Assert.Equal(["metadata.generateName", "metadata.name"], answer.Json["details"]!["causes"]!.AsArray().Select(static cause => (string)cause!["field"]!));
    }

    [Fact]
    public async Task Only_one_owner_is_the_controller()
    {
        var answer = await shared.Admin.PostAsync(await shared.MapsAsync(), """
            {"metadata":{"name":"a","ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"p","uid":"1","controller":true},{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"r","uid":"2","controller":true,"blockOwnerDeletion":true}]}}
            """);

        Assert.Equal(422, answer.Code);
        Assert.EndsWith("Only one reference can have Controller set to true. Found \"true\" in references for Pod/p and ReplicaSet/r", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_owner_named_twice_is_kept_once_with_a_warning()
    {
        var maps = await shared.MapsAsync();
        const string Owner = """{"apiVersion":"v1","kind":"Pod","name":"p","uid":"u-1"}""";

        var created = await shared.Admin.PostAsync(maps, $$$"""{"metadata":{"name":"a","ownerReferences":[{{{Owner}}},{{{Owner}}}]}}""");

        Assert.Single(created.Json["metadata"]!["ownerReferences"]!.AsArray());
        Assert.Contains("duplicate UID(s) observed: u-1", Assert.Single(created.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"metadata\":{\"name\":\"b\"}}", "the name of the object (b) does not match the name on the URL (a)")]
    [InlineData("{\"metadata\":{}}", "the name of the object (a based on URL) was undeterminable: name must be provided")]
    [InlineData("{\"metadata\":{\"name\":\"a\",\"namespace\":\"elsewhere\"}}", "the namespace of the provided object does not match the namespace sent on the request")]
    public async Task An_update_must_name_what_its_path_names(string body, string message)
    {
        var maps = await shared.MapsAsync();
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"}}""");

        var answer = await shared.Admin.PutAsync(maps + "/a", body);

        Assert.Equal((400, "BadRequest", message), (answer.Code, answer.Reason, answer.Message));
    }

    [Fact]
    public async Task A_create_must_not_name_another_namespace()
    {
        var answer = await shared.Admin.PostAsync(await shared.MapsAsync(), """{"metadata":{"name":"a","namespace":"elsewhere"}}""");

        Assert.Equal((400, "the namespace of the provided object does not match the namespace sent on the request"), (answer.Code, answer.Message));
    }

    [Fact]
    public async Task A_cluster_wide_object_has_no_namespace_whatever_it_says()
    {
        var created = await shared.Admin.PostAsync("/apis/rbac.authorization.k8s.io/v1/clusterroles", """{"metadata":{"name":"everywhere","namespace":"somewhere"}}""");

        Assert.Equal(201, created.Code);
        Assert.Null(created.Json["metadata"]!["namespace"]);
    }

    [Fact]
    public async Task An_update_needs_a_version_where_the_kind_asks_for_one()
    {
        var ns = await shared.NamespaceAsync();
        var leases = $"/apis/coordination.k8s.io/v1/namespaces/{ns}/leases";
        await shared.Admin.PostAsync(leases, """{"metadata":{"name":"l"}}""");

        var answer = await shared.Admin.PutAsync(leases + "/l", """{"metadata":{"name":"l"},"spec":{"holderIdentity":"x"}}""");

        Assert.Equal(422, answer.Code);
        Assert.StartsWith("leases.coordination.k8s.io \"l\" is invalid: metadata.resourceVersion: Invalid value: ", answer.Message, StringComparison.Ordinal);
        Assert.EndsWith(": must be specified for an update", answer.Message, StringComparison.Ordinal);
        var maps = await shared.MapsAsync();
        await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"}}""");
        Assert.Equal(200, (await shared.Admin.PutAsync(maps + "/a", """{"metadata":{"name":"a"},"data":{"k":"v"}}""")).Code);
    }

    [Theory]
    [InlineData("services", "{\"metadata\":{\"name\":\"x\"},\"spec\":{\"ports\":[{\"port\":80}]}}", 201)]
    [InlineData("endpoints", "{\"metadata\":{\"name\":\"x\"}}", 201)]
    [InlineData("limitranges", "{\"metadata\":{\"name\":\"x\"}}", 201)]
    [InlineData("configmaps", "{\"metadata\":{\"name\":\"x\"}}", 404)]
    [InlineData("secrets", "{\"metadata\":{\"name\":\"x\"}}", 404)]
    public async Task A_put_creates_where_the_kind_allows(string resource, string body, int code)
    {
        var path = $"/api/v1/namespaces/{await shared.NamespaceAsync()}/{resource}/x";

        var answer = await shared.Admin.PutAsync(path, body);

        Assert.Equal(code, answer.Code);
        Assert.Equal(code == 201 ? 200 : 404, (await shared.Admin.PutAsync(path, body)).Code);
    }

    [Fact]
    public async Task A_uid_must_be_that_of_the_object()
    {
        var ns = await shared.NamespaceAsync();
        var maps = $"/api/v1/namespaces/{ns}/configmaps";
        var created = await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"}}""");
        var uid = (string)created.Json["metadata"]!["uid"]!;

        var other = await shared.Admin.PutAsync(maps + "/a", """{"metadata":{"name":"a","uid":"other"}}""");
        var patched = await shared.Admin.PatchAsync(maps + "/a", "merge-patch+json", """{"metadata":{"uid":"other"}}""");

        Assert.Equal((409, "Conflict"), (other.Code, other.Reason));
        Assert.Equal(
            $"Operation cannot be fulfilled on configmaps \"a\": StorageError: invalid object, Code: 4, Key: /registry/configmaps/{ns}/a, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: other, UID in object meta: {uid}",
            other.Message);
        Assert.Contains(patched.Code, (int[])[409, 422]);
    }

    [Fact]
    public async Task What_only_the_server_sets_cannot_be_changed()
    {
        var maps = await shared.MapsAsync();
        var created = await shared.Admin.PostAsync(maps, """{"metadata":{"name":"a"}}""");

        var kept = await shared.Admin.PatchAsync(maps + "/a", "merge-patch+json", """{"metadata":{"creationTimestamp":null,"generation":77,"selfLink":"/x"}}""");
        Assert.Equal(created.Text, kept.Text);

        var marked = await shared.Admin.PatchAsync(maps + "/a", "merge-patch+json", """{"metadata":{"deletionTimestamp":"2030-01-01T00:00:00Z"}}""");
        Assert.Equal((422, "ConfigMap \"a\" is invalid: metadata.deletionTimestamp: Invalid value: \"2030-01-01T00:00:00Z\": field is immutable"), (marked.Code, marked.Message));
        var graced = await shared.Admin.PatchAsync(maps + "/a", "merge-patch+json", """{"metadata":{"deletionGracePeriodSeconds":5}}""");
        Assert.Equal((422, "ConfigMap \"a\" is invalid: metadata.deletionGracePeriodSeconds: Invalid value: 5: field is immutable"), (graced.Code, graced.Message));
    }

    [Fact]
    public async Task Generations_count_wishes_only()
    {
        var path = $"/apis/apps/v1/namespaces/{await shared.NamespaceAsync()}/deployments";
        Assert.Equal(1, Generation(await shared.Admin.PostAsync(path, Deployment)));

        Assert.Equal(1, Generation(await shared.Admin.PatchAsync(path + "/d", "merge-patch+json", """{"metadata":{"labels":{"x":"y"}}}""")));
        Assert.Equal(1, Generation(await shared.Admin.PatchAsync(path + "/d/status", "merge-patch+json", """{"status":{"replicas":1}}""")));
        Assert.Equal(2, Generation(await shared.Admin.PatchAsync(path + "/d", "merge-patch+json", """{"spec":{"replicas":2}}""")));
        Assert.Equal(2, Generation(await shared.Admin.PatchAsync(path + "/d", "merge-patch+json", """{"spec":{"replicas":2},"metadata":{"generation":9}}""")));
        Assert.Equal(3, Generation(await shared.Admin.PatchAsync(path + "/d", "merge-patch+json", """{"metadata":{"annotations":{"x":"y"}}}""")));
        Assert.Equal(4, Generation(await shared.Admin.RemoveAsync(path + "/d?propagationPolicy=Foreground")));
    }

    [Fact]
    public async Task The_status_is_written_through_its_own_path_only()
    {
        var path = $"/apis/apps/v1/namespaces/{await shared.NamespaceAsync()}/deployments";
        var created = await shared.Admin.PostAsync(path, Deployment.Replace("\"spec\":{\"replicas\"", "\"status\":{\"replicas\":9},\"spec\":{\"replicas\"", StringComparison.Ordinal));
        Assert.Null(created.Json["status"]!["replicas"]);

        var main = await shared.Admin.PatchAsync(path + "/d", "merge-patch+json", """{"status":{"replicas":9}}""");
        Assert.Equal(created.Version, main.Version);
        var status = await shared.Admin.PatchAsync(path + "/d/status", "merge-patch+json", """{"status":{"replicas":9},"spec":{"replicas":5}}""");
        Assert.Equal((9, 1), ((int)status.Json["status"]!["replicas"]!, (int)status.Json["spec"]!["replicas"]!));
    }

    private static int Generation(Answer answer)
    {
        Assert.True(answer.Code < 300, answer.Text);
        return (int)answer.Json["metadata"]!["generation"]!;
    }
}
