using System.Globalization;
using System.Runtime.InteropServices;

namespace Navarch.Cluster.Machine;

/// <summary>
/// Gives back what only starting needed. A process of a cluster touches most of its code once, while it starts, and little
/// of it afterwards; without pressure the kernel would keep those pages mapped for good.
/// </summary>
public static partial class IdleMemory
{
    private const int DontNeed = 4; // MADV_DONTNEED

    // Long enough for informers to have synced and for the first pods to be looked at.
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(20);

    /// <summary>Waits until the process has settled, then gives back once.</summary>
    public static async Task ReturnOnceSettledAsync(TimeProvider time, CancellationToken ct)
    {
        await Task.Delay(Settled, time, ct);
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        foreach (var (start, length) in CleanFileMappings(File.ReadLines("/proc/self/smaps")))
        {
            // Failure costs nothing but the memory that stays.
            _ = madvise((nint)start, (nuint)length, DontNeed);
        }
    }

    /// <summary>
    /// The mappings whose every page is a copy of its file: not writable, and none was ever written (relocated) in place.
    /// The kernel reads such a page again when it is needed, which from the page cache is a minor fault.
    /// </summary>
    internal static IEnumerable<(ulong Start, ulong Length)> CleanFileMappings(IEnumerable<string> smaps)
    {
        (ulong Start, ulong Length)? candidate = null;
        foreach (var line in smaps)
        {
            if (line.StartsWith("Anonymous:", StringComparison.Ordinal))
            {
                if (candidate is { } clean && line.AsSpan(10).Trim() is "0 kB")
                {
                    yield return clean;
                }

                candidate = null;
            }
            else if (Header(line) is { } header)
            {
                candidate = header.IsReadOnlyFile ? (header.Start, header.End - header.Start) : null;
            }
        }
    }

    // proc_pid_smaps(5): `7f..-7f.. r-xp 00000000 fe:00 1234   /path`, followed by lines `Name:   value kB`.
    private static (ulong Start, ulong End, bool IsReadOnlyFile)? Header(string line)
    {
        var fields = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var dash = fields[0].IndexOf('-', StringComparison.Ordinal);
        if (fields.Length < 5 || dash < 0
            || !ulong.TryParse(fields[0].AsSpan(0, dash), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var start)
            || !ulong.TryParse(fields[0].AsSpan(dash + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var end))
        {
            return null;
        }

        return (start, end, fields[1] is ['r', '-', _, 'p'] && fields.Length == 6 && fields[5].StartsWith('/'));
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int madvise(nint address, nuint length, int advice);
}
