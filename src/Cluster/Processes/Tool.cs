using System.ComponentModel;
using System.Diagnostics;

namespace Navarch.Cluster.Processes;

/// <summary>Runs a program of the distribution to its end. Used for what happens once per command, never per pod or change.</summary>
internal static class Tool
{
    // Where the distribution puts programs; a PATH cut short by sudo or cron does not hide them.
    private static readonly string[] Folders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    public sealed record Outcome(int ExitCode, string Output, string Error)
    {
        public bool Succeeded => ExitCode == 0;

        /// <summary>The last thing the tool complained about, on one line.</summary>
        public string Complaint => (Error.Length > 0 ? Error : Output).Trim().ReplaceLineEndings(" | ");
    }

    /// <summary>The program's path, or null where it is not installed.</summary>
    public static string? Find(string program)
    {
        if (Path.IsPathRooted(program))
        {
            return File.Exists(program) ? program : null;
        }

        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        return path.Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Concat(Folders)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);
    }

    /// <exception cref="ClusterException">The program is not installed or cannot be started.</exception>
    public static async Task<Outcome> RunAsync(
        string program, IReadOnlyList<string> arguments, CancellationToken ct, Action<string>? onLine = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(Find(program) ?? program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new ClusterException($"{program} cannot be started: {e.Message}", $"install it; `apt-cache search {program}` finds its package", e);
        }

        using (process)
        {
            process.StandardInput.Close();
            try
            {
                var output = ReadAsync(process.StandardOutput, onLine, ct);
                var error = ReadAsync(process.StandardError, onLine: null, ct);
                await process.WaitForExitAsync(ct);
                return new Outcome(process.ExitCode, await output, await error);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }
        }
    }

    /// <summary>As <see cref="RunAsync"/>, and a failure of the program is a failure of the command.</summary>
    public static async Task<string> RequireAsync(string program, IReadOnlyList<string> arguments, string advice, CancellationToken ct)
    {
        var outcome = await RunAsync(program, arguments, ct);
        return outcome.Succeeded
            ? outcome.Output
            : throw new ClusterException($"{program} {arguments.FirstOrDefault()} failed: {outcome.Complaint}", advice);
    }

    private static async Task<string> ReadAsync(StreamReader reader, Action<string>? onLine, CancellationToken ct)
    {
        var all = new System.Text.StringBuilder();
        while (await reader.ReadLineAsync(ct) is { } line)
        {
            all.Append(line).Append('\n');
            onLine?.Invoke(line);
        }

        return all.ToString();
    }
}
