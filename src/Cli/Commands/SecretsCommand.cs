using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Navarch.ApiServer.Encryption;
using Navarch.Cli.Output;
using Navarch.Cluster;
using Navarch.Cluster.Encryption;
using Navarch.Cluster.Lifecycle;
using Navarch.Cluster.Profiles;

namespace Navarch.Cli.Commands;

/// <summary><c>navarch secrets</c>: the keys with which Secrets are encrypted in the store.</summary>
internal static class SecretsCommand
{
    // What a script may want to tell apart from a failure, which is 1.
    private const int Outdated = 3;
    private const int Unreadable = 4;

    public static Command Create() => new("secrets", "Look after the keys with which Secrets are encrypted in the store. Needs root.")
    {
        Status(), Rotate(), Reencrypt(), Prune(),
    };

    private static Command Status() => Command(
        "status",
        "Show the keys and how much is encrypted with each. Exits with 0: everything with the newest, 3: not everything, 4: something cannot be read.",
        static async (keys, ct) => await keys.StatusAsync(ct),
        static status => ExitCode(status));

    private static Command Rotate()
    {
        var prune = new Option<bool>("--prune") { Description = "Then drop the keys that nothing is encrypted with any more." };
        return Command(
            "rotate",
            "Make a new key and re-encrypt everything with it, while the cluster is used. If it is interrupted, `reencrypt` goes on.",
            static (keys, ct) => keys.RotateAsync(ct),
            static _ => 0,
            prune);
    }

    private static Command Reencrypt() => Command(
        "reencrypt",
        "Re-encrypt what is not encrypted with the newest key: after an interrupted rotation, or when other resources are to be encrypted.",
        static (keys, ct) => keys.ReencryptAsync(ct),
        static _ => 0);

    private static Command Prune() => Command(
        "prune",
        "Drop the keys that nothing is encrypted with. Backups that need them hold them.",
        static (keys, ct) => keys.PruneAsync(ct),
        static _ => 0);

    private static Command Command(
        string name, string description, Func<SecretKeys, CancellationToken, Task<EncryptionStatus>> run, Func<EncryptionStatus, int> exitCode, Option<bool>? prune = null)
    {
        var profile = CommonOptions.Profile();
        var output = CommonOptions.Output();
        var command = new Command(name, description) { profile, output };
        if (prune is not null)
        {
            command.Add(prune);
        }

        command.SetAction(async (arguments, ct) =>
        {
            var isJson = arguments.GetValue(output) == "json";
            var store = new ProfileStore();
            var found = store.Get(ProfileName.Validate(arguments.GetValue(profile)!));
            using var api = new ClusterApi(found, store.PathsOf(found.Name));
            var keys = new SecretKeys(api, isJson ? SilentProgress.Instance : Progress.Create(TimeProvider.System), TimeProvider.System);
            var status = await run(keys, ct);
            if (prune is not null && arguments.GetValue(prune))
            {
                status = await keys.PruneAsync(ct);
            }

            if (isJson)
            {
                Console.WriteLine(JsonSerializer.Serialize(status, EncryptionStatusJson.Default.EncryptionStatus));
            }
            else
            {
                Print(status);
            }

            return exitCode(status);
        });
        return command;
    }

    internal static int ExitCode(EncryptionStatus status) => status.Unreadable.Count > 0 ? Unreadable : status.Outdated > 0 ? Outdated : 0;

    private static void Print(EncryptionStatus status)
    {
        Console.WriteLine($"Encrypted:      {(status.Resources.Count > 0 ? string.Join(", ", status.Resources) : "nothing")}");
        foreach (var key in status.Keys)
        {
            var role = key.IsActive ? ", encrypts what is written"
                : key.Created is null ? ", MISSING: these cannot be read"
                : key.Objects == 0 ? ", no longer needed: `navarch secrets prune` drops it" : "";
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"Key:            {key.Name}{(key.Created is { } made ? $" of {made:yyyy-MM-dd HH:mm}" : "")}, {Objects(key.Objects)}{role}"));
        }

        if (status.Plaintext > 0)
        {
            Console.WriteLine($"Not encrypted:  {Objects(status.Plaintext)}");
        }

        foreach (var unreadable in status.Unreadable)
        {
            Console.WriteLine($"Unreadable:     {unreadable.Key}: {unreadable.Reason}");
        }

        Console.WriteLine(status.Reencryption.State switch
        {
            ReencryptionState.Complete => "Re-encryption:  complete",
            ReencryptionState.Running => $"Re-encryption:  {status.Reencryption.Done} of {status.Reencryption.Total}",
            ReencryptionState.Failed => $"Re-encryption:  ended early ({status.Reencryption.Message}): go on with `navarch secrets reencrypt`",
            _ => $"Re-encryption:  {Objects(status.Outdated)} to do: `navarch secrets reencrypt`",
        });
    }

    private static string Objects(long count) => count == 1 ? "1 object" : string.Create(CultureInfo.InvariantCulture, $"{count} objects");
}
