using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Testing;

namespace Navarch.Controllers.Tests;

public sealed class LegacyTokenCleanerTests
{
    private const string LastUsed = "kubernetes.io/legacy-token-last-used";
    private const string InvalidSince = "kubernetes.io/legacy-token-invalid-since";

    [Fact]
    public async Task Tokens_that_nobody_used_for_a_year_are_marked_and_a_year_later_removed()
    {
        var pod = A.Pod("user");
        pod = pod with { Spec = pod.Spec with { Volumes = [new Volume { Name = "v", Secret = new SecretVolumeSource { SecretName = "mounted" } }] } };
        await using var cluster = ControllerCluster.Start(
            Tracked("2020-01-01"), Account("unused", "long-unused", "used-last-year", "marked", "marked-long-ago", "marked-and-used", "used", "new", "mounted", "odd"), pod,
            Token("unused"), Token("used-last-year", Label(LastUsed, "2024-12-31")), Token("marked", Label(InvalidSince, "2025-01-02")), Token("marked-long-ago", Label(InvalidSince, "2024-12-31")),
            Token("marked-and-used", Label(LastUsed, "2025-01-01"), Label(InvalidSince, "2021-01-01")), Token("used", Label(LastUsed, "2025-01-01")), Token("odd", Label(LastUsed, "soon")),
            Token("mounted", Label(InvalidSince, "2021-01-01")), Token("own", Label(InvalidSince, "2021-01-01")),
            Token("new") with { Metadata = Token("new").Metadata with { CreationTimestamp = A.Now.AddDays(-364) } });

        await cluster.UntilAsync<Secret>(static all => all.Count == 9 && all.Count(static secret => MarkOf(secret) == "2026-01-01") == 2, timePasses: false);

        Assert.Equal(
            ["marked 2025-01-02", "marked-and-used 2021-01-01", "mounted 2021-01-01", "new ", "odd ", "own 2021-01-01", "unused 2026-01-01", "used ", "used-last-year 2026-01-01"],
            cluster.Fake.All<Secret>().Select(static secret => $"{secret.Metadata.Name} {MarkOf(secret)}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Nothing_is_unused_before_use_was_noted_for_a_year()
    {
        await using var cluster = ControllerCluster.Start(Tracked("2025-01-01"), Account("unused", "marked"), Token("unused"), Token("marked", Label(InvalidSince, "2021-01-01")));

        // The year is over half a day from now, and seen to be over by the next look.
        await cluster.UntilAsync<Secret>(static all => all is [{ Metadata.Name: "unused" } secret] && MarkOf(secret) == "2026-01-02");
    }

    private static string MarkOf(Secret secret) => secret.Metadata.Labels.Find(InvalidSince) ?? "";

    private static KeyValuePair<string, string> Label(string name, string value) => new(name, value);

    private static ConfigMap Tracked(string since) => new()
    {
        Metadata = new ObjectMeta { Name = LegacyTokenCleaner.Tracking.Name, Namespace = LegacyTokenCleaner.Tracking.Namespace },
        Data = [new("since", since)],
    };

    private static ServiceAccount Account(params string[] secrets) => new()
    {
        Metadata = A.Meta("robot"),
        Secrets = [.. secrets.Select(static name => new ObjectReference { Name = name })],
    };

    private static Secret Token(string name, params KeyValuePair<string, string>[] labels) => new()
    {
        Type = SecretType.ServiceAccountToken,
        Metadata = A.Meta(name, labels: [.. labels]) with { CreationTimestamp = A.Now.AddYears(-6), Annotations = [new("kubernetes.io/service-account.name", "robot")] },
        Data = [new("token", "x"u8.ToArray())],
    };
}
