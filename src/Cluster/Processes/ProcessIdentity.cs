using System.Globalization;

namespace Navarch.Cluster.Processes;

/// <summary>
/// One process of this boot. A process id alone is not enough: ids are reused, and a stale pid file must never get a
/// stranger killed. The start time, in clock ticks since boot, tells them apart.
/// </summary>
public readonly record struct ProcessIdentity(int Pid, long StartTicks)
{
    /// <summary>The process that has this id now, or null where there is none or it has ended and awaits its parent.</summary>
    public static ProcessIdentity? Find(int pid)
    {
        string stat;
        try
        {
            stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
        }
        catch (IOException)
        {
            return null;
        }

        // The second field is the program's name in parentheses and may itself hold spaces and parentheses (proc(5)).
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var state = fields[0];
        return state is "Z" or "X" ? null : new ProcessIdentity(pid, long.Parse(fields[19], CultureInfo.InvariantCulture));
    }

    /// <summary>Whether this very process, and not one that got its id later, is running.</summary>
    public bool IsAlive => Find(Pid) is { } now && now.StartTicks == StartTicks;

    /// <summary>The command line's words; empty where the process has ended.</summary>
    public static IReadOnlyList<string> CommandLineOf(int pid)
    {
        try
        {
            var text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/cmdline"));
            return text.Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>Resident memory in bytes; zero where the process has ended.</summary>
    public long ResidentBytes
    {
        get
        {
            try
            {
                var pages = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{Pid}/statm")).Split(' ')[1];
                return long.Parse(pages, CultureInfo.InvariantCulture) * Environment.SystemPageSize;
            }
            catch (IOException)
            {
                return 0;
            }
        }
    }

    /// <summary>All processes whose command line satisfies <paramref name="isWanted"/>.</summary>
    public static IReadOnlyList<ProcessIdentity> Where(Func<IReadOnlyList<string>, bool> isWanted)
    {
        var found = new List<ProcessIdentity>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid)
                && isWanted(CommandLineOf(pid))
                && Find(pid) is { } process)
            {
                found.Add(process);
            }
        }

        return found;
    }
}
