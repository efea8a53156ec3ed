using System.Globalization;
using Navarch.Storage.Tests.Sqlite;
using Navarch.Storage.Tests.Sqlite.Disks;

if (args is not [CrashWriter.Command, var path, var seedText, .. var powerCut])
{
    return await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
}

var seed = int.Parse(seedText, CultureInfo.InvariantCulture);
if (powerCut is [var pathAfter, var calls, var disk])
{
    SqliteDisks.Attach(
        Path.GetDirectoryName(path)!, new PowerCutDisk(path, pathAfter, new Random(seed), int.Parse(calls, CultureInfo.InvariantCulture), disk == "honest"));
}

return await CrashWriter.RunAsync(path, seed);
