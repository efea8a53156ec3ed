using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Navarch.Cluster.Machine;

/// <summary>Who a file belongs to. .NET reads and sets modes, but not owners.</summary>
internal static partial class FileOwner
{
    // statx(2): unlike struct stat, struct statx has one layout on every architecture.
    private const int StatxBytes = 256;
    private const int UidOffset = 20;
    private const int GidOffset = 24;
    private const int CurrentFolder = -100; // AT_FDCWD
    private const uint UidAndGid = 0x18; // STATX_UID | STATX_GID

    /// <summary>The owner's user and group id, or null where the file cannot be read.</summary>
    public static (int User, int Group)? Find(string path)
    {
        Span<byte> buffer = stackalloc byte[StatxBytes];
        return statx(CurrentFolder, path, 0, UidAndGid, buffer) == 0
            ? (BinaryPrimitives.ReadInt32LittleEndian(buffer[UidOffset..]), BinaryPrimitives.ReadInt32LittleEndian(buffer[GidOffset..]))
            : null;
    }

    public static void Set(string path, int user, int group) => _ = lchown(path, user, group);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int folder, string path, int flags, uint mask, Span<byte> buffer);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int lchown(string path, int owner, int group);
}
