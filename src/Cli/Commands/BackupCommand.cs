using System.CommandLine;
using System.Globalization;
using Navarch.Cli.Output;
using Navarch.Cluster;
using Navarch.Cluster.Backup;
using Navarch.Cluster.Profiles;

namespace Navarch.Cli.Commands;

/// <summary><c>navarch backup</c>: everything a cluster is, in one file.</summary>
internal static class BackupCommand
{
    public static Command Create()
    {
        var profile = CommonOptions.Profile();
        var output = CommonOptions.Output();
        var target = new Argument<string>("target") { Description = "A new file, or a folder in which each backup gets a name with its time." };
        var dataOnly = new Option<bool>("--data-only") { Description = "Leave out certificates and keys. Secrets stay encrypted: keep their keys elsewhere." };
        var schedule = new Option<string>("--schedule") { Description = "Go on making backups in the folder: every so often (6h, 30m, 1d), or at the times of a cron expression (\"0 3 * * *\").", HelpName = "WHEN" };
        var keep = new Option<int>("--keep") { Description = "How many of the newest backups in the folder are kept; by default all.", HelpName = "NUMBER" };
        keep.Validators.Add(static result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var count) && count < 1)
            {
                result.AddError("--keep: at least one backup must be kept.");
            }
        });
        var command = new Command("backup", "Save a cluster in one file, while it runs or not: objects, certificates, keys, settings. Needs root. The file is as secret as the cluster.")
        {
            target, profile, dataOnly, schedule, keep, output,
        };
        command.SetAction(async (arguments, ct) =>
        {
            var time = TimeProvider.System;
            var isJson = arguments.GetValue(output) == "json";
            var backup = new ClusterBackup(new ProfileStore(), isJson ? SilentProgress.Instance : Progress.Create(time), time);
            var run = new BackupRun(
                backup, arguments.GetValue(profile)!, arguments.GetValue(target)!, arguments.GetValue(dataOnly), arguments.GetValue(keep), isJson, time);
            if (arguments.GetValue(schedule) is not { Length: > 0 } when)
            {
                await run.OnceAsync(arguments.GetResult(keep) is not null, ct);
                return 0;
            }

            var times = BackupSchedule.Parse(when, time);
            run.RequireFolder();
            try
            {
                await times.RunAsync(token => run.OnceAsync(isFolder: true, token), Report, ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                // Asked to end.
            }

            return 0;
        });
        return command;
    }

    private static void Report(Exception failure, TimeSpan wait) => Console.Error.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"navarch: {failure.Message.ReplaceLineEndings(" ").TrimEnd('.')}. Trying again in {wait.TotalSeconds:0} s."));

    /// <summary>One backup after the other, as the command line asks for them.</summary>
    private sealed class BackupRun(ClusterBackup backup, string profile, string target, bool isDataOnly, int keep, bool isJson, TimeProvider time)
    {
        public void RequireFolder()
        {
            if (File.Exists(target))
            {
                throw new ClusterException($"{target} is a file", "name a folder for the backups");
            }
        }

        /// <param name="isFolder">Whether the target must be a folder, even if there is none yet.</param>
        public async Task OnceAsync(bool isFolder, CancellationToken ct)
        {
            var folder = isFolder || Directory.Exists(target) || target.EndsWith('/') ? new BackupFolder(Path.GetFullPath(target), profile) : null;
            if (folder is not null)
            {
                RequireFolder();
            }

            var report = await backup.RunAsync(profile, folder?.PathFor(time.GetUtcNow()) ?? target, isDataOnly, ct);
            if (folder is not null && keep > 0)
            {
                report = report with { Removed = folder.Prune(keep) };
            }

            if (isJson)
            {
                Console.WriteLine(report.ToJson());
                return;
            }

            foreach (var warning in report.Warnings)
            {
                Console.Error.WriteLine($"navarch: warning: {warning}.");
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{report.File}: {report.Objects} objects, {report.Bytes / 1048576.0:0.0} MiB, sha256 {report.Sha256}"));
            foreach (var removed in report.Removed)
            {
                Console.WriteLine($"{removed}: removed, {keep} newer ones are kept");
            }
        }
    }
}
