using System.Globalization;
using Navarch.Storage.Tests.Sqlite;

if (args is not [CrashWriter.Command, var path, var seedText, .. var powerCut])
{
    return await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
}

var seed = int.Parse(seedText, CultureInfo.InvariantCulture);
if (powerCut is [var pathAfter, var calls, var disk])
{
    PowerCutDisk.Install(path, pathAfter, seed, int.Parse(calls, CultureInfo.InvariantCulture), syncs: disk == "honest");
}

return await CrashWriter.RunAsync(path, seed);
