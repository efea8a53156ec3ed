namespace Navarch.Cli;

/// <summary>How this program is started again as another process.</summary>
internal static class Self
{
    /// <summary>The executable and, where it is only a host for an assembly, the assembly.</summary>
    public static IReadOnlyList<string> Command { get; } =
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
            ? [Environment.ProcessPath!, Path.Combine(AppContext.BaseDirectory, "navarch.dll")]
            : [Environment.ProcessPath!];
}
