using Navarch.Cli;

return await CommandLine.RunAsync(args);
