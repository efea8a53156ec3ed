using System.Globalization;
using System.Runtime.InteropServices;

namespace Navarch.Kubelet.Nodes;

/// <summary>What the machine is and has, read from the kernel and the system's own files.</summary>
internal sealed class Machine(string rootDirectory)
{
    private readonly Lazy<long> _memoryBytes = new(() => ReadMemory("MemTotal"));

    public int CpuCount { get; } = Environment.ProcessorCount;

    public long MemoryBytes => _memoryBytes.Value;

    public long MemoryAvailableBytes => ReadMemory("MemAvailable");

    public string Architecture { get; } = RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        var other => other.ToString().ToLowerInvariant(),
    };

    public string KernelVersion { get; } = ReadText("/proc/sys/kernel/osrelease");

    public string OsImage { get; } = ReadOsName();

    public string MachineId { get; } = ReadText("/etc/machine-id");

    public string SystemUuid { get; } = ReadText("/sys/class/dmi/id/product_uuid") is { Length: > 0 } uuid ? uuid : ReadText("/etc/machine-id");

    public string BootId { get; } = ReadText("/proc/sys/kernel/random/boot_id");

    /// <summary>The file system that pods write to: size and what is free, and the same of its inodes where they are counted.</summary>
    public (long Bytes, long BytesFree) Disk()
    {
        var drive = new DriveInfo(rootDirectory);
        return (drive.TotalSize, drive.AvailableFreeSpace);
    }

    /// <summary>Processes that the kernel allows and that there are.</summary>
    public static (long Max, long Running) Processes()
    {
        var max = long.TryParse(ReadText("/proc/sys/kernel/pid_max"), out var limit) ? limit : 32768;
        // "0.20 0.18 0.12 1/80 11206": the fourth is running/existing.
        var running = ReadText("/proc/loadavg").Split(' ') is [_, _, _, var tasks, ..] && tasks.Split('/') is [_, var existing]
            && long.TryParse(existing, out var count) ? count : 0;
        return (max, running);
    }

    private static long ReadMemory(string name)
    {
        foreach (var line in File.ReadLines("/proc/meminfo"))
        {
            if (line.StartsWith(name + ":", StringComparison.Ordinal)
                && long.TryParse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture, out var kibibytes))
            {
                return kibibytes * 1024;
            }
        }
        return 0;
    }

    private static string ReadOsName()
    {
        const string Key = "PRETTY_NAME=";
        return File.Exists("/etc/os-release")
            ? File.ReadLines("/etc/os-release").FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal))?[Key.Length..].Trim('"') ?? "Linux"
            : "Linux";
    }

    private static string ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
