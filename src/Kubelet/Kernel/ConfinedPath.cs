using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static Navarch.Kubelet.Kernel.Descriptors;

namespace Navarch.Kubelet.Kernel;

/// <summary>
/// Opens a path inside a directory that hostile processes may be writing to. The kernel itself resolves the path
/// (openat2 with RESOLVE_BENEATH), so that no link, however it changes meanwhile, leads out of the directory; what was
/// opened is then used by its descriptor, never by its name again.
/// </summary>
internal static partial class ConfinedPath
{
    private const long Openat2 = 437; // The same on every architecture.
    private const ulong ResolveNoMagicLinks = 0x02;
    private const ulong ResolveNoLinks = 0x04;
    private const ulong ResolveBeneath = 0x08;
    private const int ENoEnt = 2;
    private const int EExist = 17;
    private const int ENotDir = 20;

    /// <summary>Opens what is at <paramref name="relative"/>, making directories where nothing is.</summary>
    /// <exception cref="IOException">The path leads out of the directory, or something on the way is not a directory.</exception>
    public static SafeFileHandle OpenOrCreateDirectory(string root, string relative)
    {
        if (Path.IsPathRooted(relative) || relative.Split('/').Contains(".."))
        {
            throw new IOException($"subPath \"{relative}\" must be a relative path without \"..\"");
        }
        var directory = Open(CurrentDirectory, root, PathOnly | DirectoryOnly | CloseOnExec, resolve: 0)
            ?? throw new IOException($"volume directory {root} does not exist");
        using (directory)
        {
            var path = "";
            foreach (var name in relative.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(name => name != "."))
            {
                var parent = path.Length == 0 ? "." : path;
                path = path.Length == 0 ? name : path + "/" + name;
                using var existing = OpenBeneath(directory, path);
                if (existing is null)
                {
                    using var within = OpenBeneath(directory, parent) ?? throw new IOException($"subPath \"{relative}\" changed meanwhile");
                    // mkdirat does not follow a link in the last place.
                    if (MkdirAt(Fd(within), name, 0b111_101_000) != 0 && Marshal.GetLastPInvokeError() != EExist)
                    {
                        Posix.Check(-1, $"create subPath \"{relative}\"");
                    }
                }
            }
            return OpenBeneath(directory, path.Length == 0 ? "." : path) ?? throw new IOException($"subPath \"{relative}\" changed meanwhile");
        }
    }

    /// <summary>Opens what is at <paramref name="relative"/> if no link leads there; null where nothing is.</summary>
    /// <exception cref="IOException">There is a link on the way, or the path leads out of the directory.</exception>
    internal static SafeFileHandle? OpenPlain(string root, string relative, int flags)
    {
        using var directory = Open(CurrentDirectory, root, PathOnly | DirectoryOnly | CloseOnExec, resolve: 0);
        return directory is null ? null : Open(Fd(directory), relative, flags, ResolveBeneath | ResolveNoLinks);
    }

    /// <summary>A name by which the kernel finds the opened file, whatever its directory entry has become.</summary>
    public static string Name(SafeFileHandle handle) => $"/proc/self/fd/{Fd(handle)}";

    private static SafeFileHandle? OpenBeneath(SafeFileHandle directory, string path) =>
        Open(Fd(directory), path, PathOnly | CloseOnExec, ResolveBeneath | ResolveNoMagicLinks);

    private static SafeFileHandle? Open(int directory, string path, int flags, ulong resolve)
    {
        var how = new OpenHow { Flags = (ulong)flags, Resolve = resolve };
        var fd = OpenAt2(Openat2, directory, path, ref how, (nuint)Marshal.SizeOf<OpenHow>());
        if (fd >= 0)
        {
            return new SafeFileHandle((nint)fd, ownsHandle: true);
        }
        return Marshal.GetLastPInvokeError() switch
        {
            ENoEnt => null,
            ENotDir => throw new IOException($"\"{path}\" is not a directory"),
            _ => throw new IOException($"\"{path}\" cannot be used: {Marshal.GetLastPInvokeErrorMessage()}"),
        };
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial long OpenAt2(long number, long directory, string path, ref OpenHow how, nuint size);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MkdirAt(int directory, string path, uint mode);
}
