using System.CommandLine;
using System.CommandLine.Parsing;
using Navarch.ApiServer.Encryption;
using Navarch.ApiServer.Tokens;
using Navarch.Cli.Commands;
using Navarch.Cli.Output;
using Navarch.Cluster;
using Navarch.Storage;

namespace Navarch.Cli;

/// <summary>The commands of <c>navarch</c>, and how each outcome becomes an exit code and at most one line of error.</summary>
internal static class CommandLine
{
    private const int Failed = 1;
    private const int Misused = 2;
    private const int Interrupted = 130; // As shells report a program that SIGINT ended.

    public static RootCommand Root() => new("Navarch: Kubernetes in one executable.")
    {
        DemoCommand.Create(),
        StartCommand.Create(),
        StatusCommand.Create(),
        StopCommand.Create(),
        DeleteCommand.Create(),
        ContextCommand.Create(),
        ImageCommand.Create(),
        BackupCommand.Create(),
        RestoreCommand.Create(),
        CertsCommand.Create(),
        SecretsCommand.Create(),
        TokensCommand.Create(),
        ServerCommand.Create(),
        SupervisorCommand.Create(),
        AgentCommand.Create(),
        ApiServerCommand.Create(),
        ControllerManagerCommand.Create(),
        SchedulerCommand.Create(),
        KubeletCommand.Create(),
        ProxyCommand.Create(),
        DnsCommand.Create(),
    };

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        try
        {
            var parsed = Root().Parse(arguments);
            return parsed.Errors.Count > 0 && arguments.Count > 0
                ? Report($"{parsed.Errors[0].Message.TrimEnd('.')}. See `{Path(parsed.CommandResult)} --help`.", Misused)
                : await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = TimeSpan.FromSeconds(30),
            });
        }
        catch (ClusterException e)
        {
            return Report($"{e.Message}. {Capitalized(e.Advice)}.", Failed);
        }
        catch (EncryptionException e)
        {
            return Report($"{e.Message}. {Capitalized(e.Advice)}.", Failed);
        }
        catch (TokenKeyException e)
        {
            return Report($"{e.Message}. {Capitalized(e.Advice)}.", Failed);
        }
        catch (InvalidDataException e)
        {
            return Report($"{e.Message.TrimEnd('.')}. Correct the file, or name another.", Failed);
        }
        catch (StoreException e)
        {
            return Report($"{e.Message.TrimEnd('.')}. {StoreAdvice(e)}", Failed);
        }
        catch (OperationCanceledException)
        {
            return Report("interrupted.", Interrupted);
        }
        catch (Exception e) when (e is UnauthorizedAccessException)
        {
            return Report($"{e.Message} Run it with sudo.", Failed);
        }
        catch (IOException e)
        {
            return Report($"{e.Message} See that the disk is writable and not full.", Failed);
        }
        catch (Exception e) when (Environment.GetEnvironmentVariable("NAVARCH_DEBUG") is null)
        {
            return Report($"{e.GetType().Name}: {e.Message} This is a defect; NAVARCH_DEBUG=1 shows where it happened.", Failed);
        }
    }

    private static string StoreAdvice(StoreException e) => e switch
    {
        StoreInUseException => "Stop the server that has it open.",
        StoreUnavailableException => "See that the disk is writable and not full, or where etcd is used, that it can be reached.",
        StoreDataException => "Restore it from a backup, or delete the cluster.",
        _ => "Start again.",
    };

    // Advice is written as a clause, so that it also reads well after "so".
    internal static string Capitalized(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    private static string Path(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{Path(parent)} {command.Command.Name}" : "navarch";

    private static int Report(string line, int exitCode)
    {
        Console.Error.WriteLine($"navarch: {Printable.Of(line.ReplaceLineEndings(" ").Replace("..", ".", StringComparison.Ordinal))}");
        return exitCode;
    }
}
