using System.Globalization;
using System.Text;
using Navarch.Cluster.Machine;

namespace Navarch.Cluster.Processes;

/// <summary>Remembers which process plays a role. Its two numbers are the process id and the start time.</summary>
internal static class PidFile
{
    /// <summary>The process the file names, if that very process still runs.</summary>
    public static ProcessIdentity? FindAlive(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return words.Length == 2
            && int.TryParse(words[0], CultureInfo.InvariantCulture, out var pid)
            && long.TryParse(words[1], CultureInfo.InvariantCulture, out var ticks)
            && new ProcessIdentity(pid, ticks) is { IsAlive: true } process
                ? process
                : null;
    }

    public static void Write(string path, ProcessIdentity process) =>
        AtomicFile.Write(
            path,
            Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{process.Pid} {process.StartTicks}\n")),
            AtomicFile.Public);
}
