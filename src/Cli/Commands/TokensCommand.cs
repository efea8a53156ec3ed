using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Navarch.ApiServer.Tokens;
using Navarch.Cluster.Lifecycle;
using Navarch.Cluster.Profiles;
using Navarch.Cluster.Tokens;

namespace Navarch.Cli.Commands;

/// <summary><c>navarch tokens</c>: the keys that sign the tokens of service accounts.</summary>
internal static class TokensCommand
{
    // What a script may want to tell apart from a failure, which is 1.
    private const int StillNeeded = 3;

    public static Command Create() => new("tokens", "Look after the keys that sign the tokens of service accounts. Needs root.") { Status(), Rotate(), Prune() };

    private static Command Status() => Command(
        "status",
        "Show the keys, and until when somebody may hold a token of each.",
        static (keys, _, ct) => keys.StatusAsync(ct),
        static _ => 0);

    private static Command Rotate()
    {
        var algorithm = new Option<string>("--algorithm") { Description = "How the new key signs: ES256, or RS256 for programs that know no other.", HelpName = "ALG", DefaultValueFactory = _ => "ES256" };
        algorithm.AcceptOnlyFromAmong("ES256", "RS256");
        return Command(
            "rotate",
            "Make a new key, which signs from now on, while the cluster is used. Tokens of the keys before stay good.",
            (keys, arguments, ct) => keys.RotateAsync(arguments.GetValue(algorithm)!, ct),
            static _ => 0,
            algorithm);
    }

    private static Command Prune()
    {
        var force = new Option<bool>("--force") { Description = "Drop all keys but the one that signs. Every token of theirs ends with that, also those of running pods." };
        return Command(
            "prune",
            "Drop the keys of which no token can be good any more. Exits with 3 where others are left that are still needed.",
            (keys, arguments, ct) => keys.PruneAsync(arguments.GetValue(force), ct),
            static status => status.Keys.Count > 1 ? StillNeeded : 0,
            force);
    }

    private static Command Command(
        string name, string description, Func<TokenKeysClient, ParseResult, CancellationToken, Task<TokenKeysStatus>> run, Func<TokenKeysStatus, int> exitCode, params IReadOnlyList<Option> options)
    {
        var profile = CommonOptions.Profile();
        var output = CommonOptions.Output();
        var command = new Command(name, description) { profile, output };
        foreach (var option in options)
        {
            command.Add(option);
        }

        command.SetAction(async (arguments, ct) =>
        {
            var store = new ProfileStore();
            var found = store.Get(ProfileName.Validate(arguments.GetValue(profile)!));
            using var api = new ClusterApi(found, store.PathsOf(found.Name));
            var status = await run(new TokenKeysClient(api), arguments, ct);
            Console.WriteLine(arguments.GetValue(output) == "json" ? JsonSerializer.Serialize(status, TokenKeysStatusJson.Default.TokenKeysStatus) : Text(status));
            return exitCode(status);
        });
        return command;
    }

    internal static string Text(TokenKeysStatus status) => string.Join('\n', status.Keys.Select(static key =>
        $"Key:  {key.Id[..12]}… {key.Algorithm}{(key.Created is { } made ? $" of {Day(made)}" : "")}, {key switch
        {
            { IsActive: true } => "signs",
            { IsNeeded: false } => "no longer needed: `navarch tokens prune` drops it",
            { Secrets: > 0 } => string.Create(CultureInfo.InvariantCulture, $"signed the tokens in {key.Secrets} {(key.Secrets == 1 ? "Secret" : "Secrets")}"),
            { NeededUntil: { } until } => $"vouches for its tokens until {Day(until)}",
            _ => "vouches for its tokens",
        }}"));

    private static string Day(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
