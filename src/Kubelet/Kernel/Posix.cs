using System.Runtime.InteropServices;

namespace Navarch.Kubelet.Kernel;

/// <summary>The system calls that .NET has no name for. Each throws an IOException with the kernel's reason.</summary>
internal static partial class Posix
{
    private const int MsNoSuid = 2;
    private const int MsNoDev = 4;
    private const int MsBind = 4096;
    private const int MountDetach = 2;

    private const int ENoEnt = 2;
    private const int EInval = 22;

    /// <summary>Changes owner and group; -1 leaves one as it is. Links are not followed.</summary>
    public static void ChangeOwner(string path, long uid, long gid) =>
        Check(LChown(path, unchecked((uint)uid), unchecked((uint)gid)), $"change the owner of {path}");

    /// <summary>Mounts a file system in memory.</summary>
    /// <param name="bytesMax">0 for the kernel's default, half of the memory.</param>
    public static void MountTmpfs(string path, long bytesMax, string mode = "0777") =>
        Check(
            Mount("tmpfs", path, "tmpfs", MsNoSuid | MsNoDev, bytesMax > 0 ? $"mode={mode},size={bytesMax}" : $"mode={mode}"),
            $"mount a tmpfs on {path}");

    /// <summary>Makes what <paramref name="source"/> is visible at <paramref name="path"/> too.</summary>
    public static void MountBind(string source, string path) =>
        Check(Mount(source, path, null, MsBind, null), $"bind {source} to {path}");

    /// <summary>Takes a mount away, at once for new users and for the others when the last has closed it.</summary>
    public static void Unmount(string path)
    {
        if (Umount2(path, MountDetach) != 0 && Marshal.GetLastPInvokeError() is not (EInval or ENoEnt))
        {
            Check(-1, $"unmount {path}");
        }
    }

    /// <summary>Mount points at or below a directory, the deepest first.</summary>
    public static IReadOnlyList<string> MountsBelow(string directory)
    {
        var prefix = directory.TrimEnd('/');
        return [.. File.ReadLines("/proc/self/mountinfo")
            .Select(line => Unescape(line.Split(' ')[4]))
            .Where(path => path == prefix || path.StartsWith(prefix + "/", StringComparison.Ordinal))
            .Reverse()];
    }

    /// <summary>Writes a new file name over an old one, which is what makes an update atomic.</summary>
    public static void Rename(string from, string to) => Check(RenameFile(from, to), $"rename {from} to {to}");

    internal static void Check(int result, string action)
    {
        if (result < 0)
        {
            throw new IOException($"cannot {action}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>The kernel writes blanks and such as octal, <c>\040</c>.</summary>
    private static string Unescape(string path)
    {
        for (var at = path.IndexOf('\\', StringComparison.Ordinal); at >= 0 && at + 3 < path.Length; at = path.IndexOf('\\', at + 1))
        {
            path = path[..at] + (char)Convert.ToInt32(path.Substring(at + 1, 3), 8) + path[(at + 4)..];
        }
        return path;
    }

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LChown(string path, uint uid, uint gid);

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string? type, nuint flags, string? data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Umount2(string target, int flags);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameFile(string from, string to);
}
