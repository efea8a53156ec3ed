using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static Navarch.Kubelet.Kernel.Descriptors;

namespace Navarch.Kubelet.Kernel;

/// <summary>
/// Opens files for reading that lie where pods may write: a link is not followed, wherever on the way it is, and what is
/// not a regular file is not waited for.
/// </summary>
internal static partial class PlainFile
{
    private const int AtEmptyPath = 0x1000;
    private const uint StatxType = 1;
    private const int StatxBytes = 256;
    private const int StatxModeAt = 28;
    private const int TypeMask = 0xF000;
    private const int RegularFile = 0x8000;

    /// <param name="root">The directory that is the node's own; it may be reached by links.</param>
    /// <param name="path">A file below it.</param>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="IOException">It is not a plain file, or there is a link on the way.</exception>
    public static FileStream OpenRead(string root, string path)
    {
        // Without waiting: a pipe that nobody writes to would hold up who opens it.
        var handle = ConfinedPath.OpenPlain(root, Path.GetRelativePath(root, path), NonBlock | CloseOnExec)
            ?? throw new FileNotFoundException($"{path} does not exist");
        try
        {
            if (!IsRegular(handle))
            {
                throw new IOException($"{path} is not a regular file");
            }
            return new FileStream(handle, FileAccess.Read, bufferSize: 0);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private static bool IsRegular(SafeFileHandle handle)
    {
        var facts = new byte[StatxBytes];
        Posix.Check(Statx(Fd(handle), "", AtEmptyPath, StatxType, facts), "look at a file");
        return (BinaryPrimitives.ReadUInt16LittleEndian(facts.AsSpan(StatxModeAt)) & TypeMask) == RegularFile;
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, byte[] facts);
}
