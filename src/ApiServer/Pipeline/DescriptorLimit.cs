using System.Globalization;

namespace Navarch.ApiServer.Pipeline;

/// <summary>How many files and connections this process may have open. The runtime has raised that as far as the machine lets it.</summary>
public static class DescriptorLimit
{
    /// <summary>With fewer a control plane or a node of one machine does not get through its first minute.</summary>
    public const int Least = 1_024;

    // The store, logs, assemblies, and connections that the server opens itself.
    private const int Reserve = 512;

    /// <summary>int.MaxValue where the system does not tell, or there is no limit.</summary>
    public static int Current { get; } = Read(File.Exists("/proc/self/limits") ? File.ReadAllText("/proc/self/limits") : "");

    /// <summary>How many of <paramref name="wanted"/> connections there may be.</summary>
    internal static int Connections(int wanted, int limit) => Math.Min(wanted, Math.Max(limit - Reserve, Reserve / 2));

    // "Max open files            1024                 1048576              files": what is in force, then how far it may be raised.
    internal static int Read(string limits) =>
        limits.Split('\n').FirstOrDefault(static line => line.StartsWith("Max open files", StringComparison.Ordinal))?["Max open files".Length..]
            .Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var soft, ..]
        && int.TryParse(soft, CultureInfo.InvariantCulture, out var limit) ? limit : int.MaxValue;
}
