using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using static Navarch.Kubelet.Kernel.Descriptors;

namespace Navarch.Kubelet.Kernel;

/// <summary>
/// Removes directories that hostile processes have filled. Names are bytes and need not be text, directories may be
/// nested deeper than any path can say, and links are removed, never followed.
/// </summary>
/// <remarks>
/// A directory that is not empty is first renamed into the root of the tree, so that neither the stack nor the number of
/// open files grows with the depth. What a crash leaves half done is a smaller tree of the same kind.
/// </remarks>
public static partial class HostileTree
{
    private const int ReadOnly = 0;
    private const int AtRemoveDir = 0x200;
    private const int EPerm = 1;
    private const int ENoEnt = 2;
    private const int EExist = 17;
    private const int ENotDir = 20;
    private const int EIsDir = 21;
    private const int ENotEmpty = 39;
    private const int BufferBytes = 64 * 1024;

    // In linux_dirent64: where its length stands, and where its name begins.
    private const int LengthAt = 16;
    private const int NameAt = 19;

    /// <summary>Removes a directory and everything in it. Nothing happens when it does not exist.</summary>
    /// <exception cref="IOException">Something cannot be removed, a mount point for example.</exception>
    public static void Remove(string path)
    {
        var name = Terminated(Encoding.UTF8.GetBytes(path));
        using (var root = Open(CurrentDirectory, name))
        {
            if (root is null)
            {
                return;
            }
            var waiting = new Stack<byte[]>();
            var moved = 0L;
            Empty(root, root, waiting, ref moved);
            while (waiting.TryPop(out var next))
            {
                using (var directory = Open(Fd(root), next))
                {
                    if (directory is null)
                    {
                        continue;
                    }
                    Empty(root, directory, waiting, ref moved);
                }
                Check(UnlinkAt(Fd(root), next, AtRemoveDir), next);
            }
        }
        Check(UnlinkAt(CurrentDirectory, name, AtRemoveDir), name);
    }

    /// <summary>Takes everything out of a directory: what is not empty itself goes to the root, to be emptied there.</summary>
    private static void Empty(SafeFileHandle root, SafeFileHandle directory, Stack<byte[]> waiting, ref long moved)
    {
        // Read to the end before anything is renamed: what arrives in the root while the root is read would be met again.
        foreach (var name in Names(directory))
        {
            if (UnlinkAt(Fd(directory), name, 0) == 0)
            {
                continue;
            }
            if (Marshal.GetLastPInvokeError() is not (EIsDir or EPerm))
            {
                Check(-1, name);
                continue;
            }
            if (UnlinkAt(Fd(directory), name, AtRemoveDir) == 0)
            {
                continue;
            }
            if (Marshal.GetLastPInvokeError() is not (ENotEmpty or EExist))
            {
                Check(-1, name);
                continue;
            }
            waiting.Push(Move(root, directory, name, ref moved));
        }
    }

    private static byte[] Move(SafeFileHandle root, SafeFileHandle directory, byte[] name, ref long moved)
    {
        while (true)
        {
            var free = Terminated(Encoding.ASCII.GetBytes("removing." + (moved++).ToString(CultureInfo.InvariantCulture)));
            if (RenameAt(Fd(directory), name, Fd(root), free) == 0)
            {
                return free;
            }
            // Somebody else's name, perhaps that of a removal which did not come to its end.
            if (Marshal.GetLastPInvokeError() is not (ENotEmpty or EExist or ENotDir))
            {
                Check(-1, name);
            }
        }
    }

    private static List<byte[]> Names(SafeFileHandle directory)
    {
        var names = new List<byte[]>();
        var buffer = new byte[BufferBytes];
        long read;
        while ((read = GetDents64(Fd(directory), buffer, BufferBytes)) > 0)
        {
            for (var at = 0; at < read;)
            {
                var length = BinaryPrimitives.ReadUInt16LittleEndian(buffer.AsSpan(at + LengthAt));
                var name = buffer.AsSpan(at + NameAt, length - NameAt);
                name = name[..name.IndexOf((byte)0)];
                if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                {
                    names.Add(Terminated(name));
                }
                at += length;
            }
        }
        Posix.Check((int)read, "read a directory");
        return names;
    }

    private static SafeFileHandle? Open(int directory, byte[] name)
    {
        var fd = OpenAt(directory, name, ReadOnly | DirectoryOnly | NoFollow | CloseOnExec, 0);
        if (fd >= 0)
        {
            return new SafeFileHandle(fd, ownsHandle: true);
        }
        Check(fd, name);
        return null;
    }

    // What is gone already is what was wanted.
    private static void Check(int result, byte[] name)
    {
        if (result < 0 && Marshal.GetLastPInvokeError() != ENoEnt)
        {
            Posix.Check(result, $"remove {Encoding.UTF8.GetString(name.AsSpan(0, name.Length - 1))}");
        }
    }

    private static byte[] Terminated(ReadOnlySpan<byte> name) => [.. name, 0];

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true)]
    private static partial int OpenAt(int directory, byte[] name, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true)]
    private static partial int UnlinkAt(int directory, byte[] name, int flags);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true)]
    private static partial int RenameAt(int from, byte[] name, int to, byte[] newName);

    [LibraryImport("libc", EntryPoint = "getdents64", SetLastError = true)]
    private static partial nint GetDents64(int directory, byte[] buffer, nuint size);
}
