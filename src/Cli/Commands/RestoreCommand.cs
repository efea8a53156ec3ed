using System.CommandLine;
using System.Globalization;
using Navarch.Cli.Output;
using Navarch.Cluster;
using Navarch.Cluster.Backup;
using Navarch.Cluster.Profiles;

namespace Navarch.Cli.Commands;

/// <summary><c>navarch restore</c>: a cluster as it was, ready to be started.</summary>
internal static class RestoreCommand
{
    public static Command Create()
    {
        var output = CommonOptions.Output();
        var file = new Argument<string>("file") { Description = "A file that `navarch backup` has made." };
        var profile = new Option<string?>("--profile", "-p") { Description = "The cluster that the file must be of; without it, whatever it is of.", HelpName = "NAME" };
        var check = new Option<bool>("--check") { Description = "Only check that the file is whole, and show what it is of." };
        var keys = new Option<string?>("--encryption-keys") { Description = "The keys that a backup made with --data-only needs: encryption.json of the profile's folder.", HelpName = "FILE" };
        var command = new Command("restore", "Bring a cluster back from a backup, on this machine or a new one. It must not exist. Needs root.")
        {
            file, profile, check, keys, output,
        };
        command.SetAction(async (arguments, ct) =>
        {
            var time = TimeProvider.System;
            var (path, isCheck, isJson) = (arguments.GetValue(file)!, arguments.GetValue(check), arguments.GetValue(output) == "json");
            var restore = new ClusterRestore(new ProfileStore(), isJson ? SilentProgress.Instance : Progress.Create(time), time);
            var report = isCheck ? await restore.CheckAsync(path, ct) : await restore.RunAsync(path, arguments.GetValue(profile), arguments.GetValue(keys), ct);
            Console.WriteLine(isJson ? report.ToJson() : Text(report, isCheck));
            return 0;
        });
        return command;
    }

    private static string Text(RestoreReport report, bool isCheck)
    {
        var option = report.Cluster == ProfileName.Default ? "" : $" -p {report.Cluster}";
        var what = string.Create(
            CultureInfo.InvariantCulture, $"cluster \"{report.Cluster}\" of {report.Created:yyyy-MM-dd HH:mm:ss} UTC: {report.Objects} objects{(report.IsDataOnly ? ", without certificates and keys" : "")}");
        var images = report.LoadedImages.Count == 0 ? "" : $"\nThese images were loaded by hand and have to be again once it runs: {string.Join(", ", report.LoadedImages.Select(Printable.Of))}";
        return isCheck ? $"{report.File} is whole: {what}, sha256 {report.Sha256}" : $"Restored {what}.{images}\nStart it with `sudo navarch start{option}`.";
    }
}
