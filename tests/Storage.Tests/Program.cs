using Navarch.Storage.Tests.Sqlite;

return args is [CrashWriter.Command, var path, var seed]
    ? await CrashWriter.RunAsync(path, int.Parse(seed))
    : await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
