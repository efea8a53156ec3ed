using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Navarch.Cli.Output;
using Navarch.Cluster;
using Navarch.Cluster.Certificates;
using Navarch.Cluster.Lifecycle;
using Navarch.Cluster.Profiles;

namespace Navarch.Cli.Commands;

/// <summary><c>navarch certs</c>: how long the certificates of a cluster are good for, and new ones.</summary>
internal static class CertsCommand
{
    // What a script may want to tell apart from a failure, which is 1.
    private const int Ending = 3;
    private const int StillNeeded = 3;
    private const int Broken = 4;

    public static Command Create() => new("certs", "Look after the certificates by which the parts of a cluster know each other. Needs root.") { Check(), Rotate(), Prune() };

    private static Command Check()
    {
        var profile = CommonOptions.Profile();
        var output = CommonOptions.Output();
        var warnBefore = new Option<int>("--warn-before") { Description = "How many days before its end a certificate counts as ending.", HelpName = "DAYS", DefaultValueFactory = _ => 30 };
        warnBefore.Validators.Add(static result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var days) && days is < 0 or > 36_500)
            {
                result.AddError("--warn-before: a number of days from 0 to 36500.");
            }
        });
        var command = new Command("check", "Show every certificate and when it ends. Exits with 0: all good, 3: some end soon, 4: some have expired or cannot be read.")
        {
            profile, warnBefore, output,
        };
        command.SetAction(arguments =>
        {
            var store = new ProfileStore();
            var found = store.Get(ProfileName.Validate(arguments.GetValue(profile)!));
            var time = TimeProvider.System;
            var all = new CertificateInventory(found, store.PathsOf(found.Name), time).Look(TimeSpan.FromDays(arguments.GetValue(warnBefore)), UserContext.Path);
            if (arguments.GetValue(output) == "json")
            {
                Console.WriteLine(JsonSerializer.Serialize(all, CertificateStatusJson.Default.IReadOnlyListCertificateStatus));
            }
            else
            {
                Console.Write(Text(all, time.GetUtcNow()));
            }

            return ExitCode(all);
        });
        return command;
    }

    private static Command Rotate()
    {
        var names = new Argument<string[]>("name") { Description = "Which, as `certs check` calls them; by default all but the authorities. `ca` alone: another authority, and all certificates by it.", Arity = ArgumentArity.ZeroOrMore };
        var profile = CommonOptions.Profile();
        var output = CommonOptions.Output();
        var command = new Command("rotate", "Make new keys and certificates. The cluster may run: its parts use them within seconds, and nothing is restarted.") { names, profile, output };
        command.SetAction(async (arguments, ct) =>
        {
            var isJson = arguments.GetValue(output) == "json";
            IProgressReporter progress = isJson ? SilentProgress.Instance : Progress.Create(TimeProvider.System);
            var issued = arguments.GetValue(names) is [ClusterCertificates.Authority]
                ? await new AuthorityRotation(new ProfileStore(), progress, TimeProvider.System).RunAsync(arguments.GetValue(profile)!, ct)
                : await new CertificateRotation(new ProfileStore(), progress, TimeProvider.System).RunAsync(arguments.GetValue(profile)!, arguments.GetValue(names) ?? []);
            Console.WriteLine(isJson ? JsonSerializer.Serialize(issued, CertificateStatusJson.Default.IReadOnlyListString) : string.Join(Environment.NewLine, issued.Select(static name => $"{name}: issued")));
            return 0;
        });
        return command;
    }

    private static Command Prune()
    {
        var profile = CommonOptions.Profile();
        var output = CommonOptions.Output();
        var force = new Option<bool>("--force") { Description = "Whoever depends on it. After a theft of its key: whoever holds a certificate of it is locked out." };
        var command = new Command("prune", "Trust the authority no more that was replaced by `certs rotate ca`. Exits with 3 where somebody still depends on it, and says who.") { profile, output, force };
        command.SetAction(async (arguments, ct) =>
        {
            var status = await new AuthorityRotation(new ProfileStore(), SilentProgress.Instance, TimeProvider.System).PruneAsync(arguments.GetValue(profile)!, arguments.GetValue(force), ct);
            Console.WriteLine(arguments.GetValue(output) == "json" ? JsonSerializer.Serialize(status, CertificateStatusJson.Default.AuthorityStatus) : Text(status));
            return status.Trusted.Count > 0 ? StillNeeded : 0;
        });
        return command;
    }

    internal static string Text(AuthorityStatus status) => string.Join(Environment.NewLine, (IEnumerable<string>)[
        string.Create(CultureInfo.InvariantCulture, $"{status.Signer}: signs since {status.SignsSince:yyyy-MM-dd HH:mm}"),
        .. status.Trusted.Select(static name => $"{name}: still trusted, for somebody depends on it (--force drops it all the same)"),
        .. status.Dependents.Select(static dependent => $"  {dependent}"),
        .. status.Dropped.Select(static name => $"{name}: dropped"),
    ]);

    internal static int ExitCode(IReadOnlyList<CertificateStatus> all) =>
        all.Any(static one => one.State is CertificateState.Expired or CertificateState.Unreadable) ? Broken
        : all.Any(static one => one.State == CertificateState.Ending) ? Ending
        : 0;

    internal static string Text(IReadOnlyList<CertificateStatus> all, DateTimeOffset now)
    {
        string[][] rows =
        [
            ["NAME", "SUBJECT", "SIGNER", "NOT AFTER", "LEFT", "WHERE"],
            .. all.Select(one => (string[])[one.Name, one.Subject, one.Signer, one.NotAfter is { } end ? end.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) : "", Left(one, now), one.File]),
        ];
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToList();
        return string.Concat(rows.Select(row => string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd() + Environment.NewLine));
    }

    private static string Left(CertificateStatus one, DateTimeOffset now) => one.State switch
    {
        CertificateState.Unreadable => $"unreadable: {one.Problem}",
        CertificateState.Expired => "EXPIRED",
        _ => Span(one.NotAfter!.Value - now) + (one.State == CertificateState.Ending ? ", ends soon" : ""),
    };

    private static string Span(TimeSpan left) => left.TotalDays >= 2 ? string.Create(CultureInfo.InvariantCulture, $"{(int)left.TotalDays}d")
        : left.TotalHours >= 2 ? string.Create(CultureInfo.InvariantCulture, $"{(int)left.TotalHours}h")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)left.TotalMinutes}m");
}
