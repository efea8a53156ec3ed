using System.Runtime.InteropServices;

namespace Navarch.Storage.Tests.Sqlite.Disks;

/// <summary>What a disk does with the calls that reach it. A code of SQLite's other than 0 refuses the call.</summary>
internal interface IDisk
{
    int Read(string path) => 0;

    int Write(string path, long offset, ReadOnlySpan<byte> bytes);

    int Truncate(string path, long length);

    /// <summary>Nothing else happens on a sync: files of tests need not survive the machine.</summary>
    int Sync(string path);

    int Delete(string path);
}

/// <summary>
/// Puts disks of the tests' own between SQLite and its file system (https://sqlite.org/vfs.html): all that SQLite does to the files of a directory
/// goes by the directory's disk, and nothing of the store knows. Other files are none of its business.
/// </summary>
internal static unsafe partial class SqliteDisks
{
    private const int Ok = 0;
    private const string Library = "libsqlite3.so.0";

    // The database, its rollback journal, its log.
    private const int FlagsOfData = 0x100 | 0x800 | 0x80000;

    // Guards what follows.
    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, IDisk> Attached = [];
    private static readonly Dictionary<nint, (IDisk Disk, string Path)> Opened = [];
    private static Vfs* real;
    private static IoMethods* methods;

    /// <summary>Files that are opened in the directory from now on lie on the disk.</summary>
    public static void Attach(string directory, IDisk disk)
    {
        lock (Gate)
        {
            Attached[directory] = disk;
            if (real is null)
            {
                Install();
            }
        }
    }

    public static void Detach(string directory)
    {
        lock (Gate)
        {
            Attached.Remove(directory);
        }
    }

    private static void Install()
    {
        real = Find(0);
        var vfs = (Vfs*)NativeMemory.AllocZeroed((nuint)sizeof(Vfs));
        *vfs = *real;
        vfs->Version = 1;
        vfs->Name = Marshal.StringToCoTaskMemUTF8("test-disks");
        vfs->FileBytes = sizeof(OpenFile) + real->FileBytes;
        vfs->Open = &Open;
        vfs->Delete = &Delete;
        methods = (IoMethods*)NativeMemory.AllocZeroed((nuint)sizeof(IoMethods));
        *methods = new IoMethods
        {
            Version = 2, // Without memory-mapped reading.
            Close = &Close, Read = &Read, Write = &Write, Truncate = &Truncate, Sync = &Sync, FileSize = &FileSize, Lock = &LockFile, Unlock = &UnlockFile,
            CheckReservedLock = &CheckReservedLock, FileControl = &FileControl, SectorSize = &SectorSize, DeviceCharacteristics = &DeviceCharacteristics,
            ShmMap = &ShmMap, ShmLock = &ShmLock, ShmBarrier = &ShmBarrier, ShmUnmap = &ShmUnmap,
        };
        if (Register(vfs, 1) != Ok)
        {
            throw new InvalidOperationException("SQLite does not take the file system");
        }
    }

    private static IDisk? Find(string path)
    {
        lock (Gate)
        {
            return Attached.GetValueOrDefault(Path.GetDirectoryName(path)!);
        }
    }

    private static (IDisk Disk, string Path) Of(OpenFile* file)
    {
        lock (Gate)
        {
            return Opened[(nint)file];
        }
    }

    private static RealFile* Real(OpenFile* file) => (RealFile*)(file + 1);

    [UnmanagedCallersOnly]
    private static int Open(Vfs* vfs, nint name, OpenFile* file, int flags, int* flagsOut)
    {
        var path = name != 0 && (flags & FlagsOfData) != 0 ? Marshal.PtrToStringUTF8(name)! : "";
        if (path.Length == 0 || Find(path) is not { } disk)
        {
            return real->Open(real, name, file, flags, flagsOut);
        }

        file->Methods = null;
        var inner = Real(file);
        inner->Methods = null;
        var code = real->Open(real, name, (OpenFile*)inner, flags, flagsOut);
        if (inner->Methods is not null)
        {
            file->Methods = methods; // It will be closed, whatever the code.
            lock (Gate)
            {
                Opened[(nint)file] = (disk, path);
            }
        }
        return code;
    }

    [UnmanagedCallersOnly]
    private static int Delete(Vfs* vfs, nint name, int syncDirectory)
    {
        var path = Marshal.PtrToStringUTF8(name)!;
        var code = Find(path)?.Delete(path) ?? Ok;
        return code != Ok ? code : real->Delete(real, name, syncDirectory);
    }

    [UnmanagedCallersOnly]
    private static int Close(OpenFile* file)
    {
        lock (Gate)
        {
            Opened.Remove((nint)file);
        }
        return Real(file)->Methods->Close((OpenFile*)Real(file));
    }

    [UnmanagedCallersOnly]
    private static int Write(OpenFile* file, byte* bytes, int count, long offset)
    {
        var (disk, path) = Of(file);
        var code = disk.Write(path, offset, new ReadOnlySpan<byte>(bytes, count));
        return code != Ok ? code : Real(file)->Methods->Write((OpenFile*)Real(file), bytes, count, offset);
    }

    [UnmanagedCallersOnly]
    private static int Truncate(OpenFile* file, long length)
    {
        var (disk, path) = Of(file);
        var code = disk.Truncate(path, length);
        return code != Ok ? code : Real(file)->Methods->Truncate((OpenFile*)Real(file), length);
    }

    [UnmanagedCallersOnly]
    private static int Sync(OpenFile* file, int flags)
    {
        var (disk, path) = Of(file);
        return disk.Sync(path);
    }

    [UnmanagedCallersOnly]
    private static int Read(OpenFile* file, byte* bytes, int count, long offset)
    {
        var (disk, path) = Of(file);
        var code = disk.Read(path);
        return code != Ok ? code : Real(file)->Methods->Read((OpenFile*)Real(file), bytes, count, offset);
    }

    [UnmanagedCallersOnly]
    private static int FileSize(OpenFile* file, long* length) => Real(file)->Methods->FileSize((OpenFile*)Real(file), length);

    [UnmanagedCallersOnly]
    private static int LockFile(OpenFile* file, int level) => Real(file)->Methods->Lock((OpenFile*)Real(file), level);

    [UnmanagedCallersOnly]
    private static int UnlockFile(OpenFile* file, int level) => Real(file)->Methods->Unlock((OpenFile*)Real(file), level);

    [UnmanagedCallersOnly]
    private static int CheckReservedLock(OpenFile* file, int* isLocked) => Real(file)->Methods->CheckReservedLock((OpenFile*)Real(file), isLocked);

    [UnmanagedCallersOnly]
    private static int FileControl(OpenFile* file, int operation, nint argument) => Real(file)->Methods->FileControl((OpenFile*)Real(file), operation, argument);

    [UnmanagedCallersOnly]
    private static int SectorSize(OpenFile* file) => Real(file)->Methods->SectorSize((OpenFile*)Real(file));

    [UnmanagedCallersOnly]
    private static int DeviceCharacteristics(OpenFile* file) => Real(file)->Methods->DeviceCharacteristics((OpenFile*)Real(file));

    [UnmanagedCallersOnly]
    private static int ShmMap(OpenFile* file, int page, int pageBytes, int extend, nint* address) =>
        Real(file)->Methods->ShmMap((OpenFile*)Real(file), page, pageBytes, extend, address);

    [UnmanagedCallersOnly]
    private static int ShmLock(OpenFile* file, int offset, int count, int flags) => Real(file)->Methods->ShmLock((OpenFile*)Real(file), offset, count, flags);

    [UnmanagedCallersOnly]
    private static void ShmBarrier(OpenFile* file) => Real(file)->Methods->ShmBarrier((OpenFile*)Real(file));

    [UnmanagedCallersOnly]
    private static int ShmUnmap(OpenFile* file, int delete) => Real(file)->Methods->ShmUnmap((OpenFile*)Real(file), delete);

    [LibraryImport(Library, EntryPoint = "sqlite3_vfs_find")]
    private static partial Vfs* Find(nint name);

    [LibraryImport(Library, EntryPoint = "sqlite3_vfs_register")]
    private static partial int Register(Vfs* vfs, int makeDefault);

    /// <summary>An open file: this, and behind it that of SQLite's own file system.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct OpenFile
    {
        public IoMethods* Methods;
        private readonly nint padding; // What follows is aligned as malloc would.
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct RealFile
    {
        public IoMethods* Methods;
    }

    /// <summary>https://sqlite.org/c3ref/vfs.html</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Vfs
    {
        public int Version;
        public int FileBytes;
        public int PathBytesMax;
        public nint Next;
        public nint Name;
        public nint AppData;
        public delegate* unmanaged<Vfs*, nint, OpenFile*, int, int*, int> Open;
        public delegate* unmanaged<Vfs*, nint, int, int> Delete;
        public nint Access, FullPathname, DlOpen, DlError, DlSym, DlClose, Randomness, Sleep, CurrentTime, GetLastError;
        public nint CurrentTimeInt64;
    }

    /// <summary>https://sqlite.org/c3ref/io_methods.html</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct IoMethods
    {
        public int Version;
        public delegate* unmanaged<OpenFile*, int> Close;
        public delegate* unmanaged<OpenFile*, byte*, int, long, int> Read;
        public delegate* unmanaged<OpenFile*, byte*, int, long, int> Write;
        public delegate* unmanaged<OpenFile*, long, int> Truncate;
        public delegate* unmanaged<OpenFile*, int, int> Sync;
        public delegate* unmanaged<OpenFile*, long*, int> FileSize;
        public delegate* unmanaged<OpenFile*, int, int> Lock;
        public delegate* unmanaged<OpenFile*, int, int> Unlock;
        public delegate* unmanaged<OpenFile*, int*, int> CheckReservedLock;
        public delegate* unmanaged<OpenFile*, int, nint, int> FileControl;
        public delegate* unmanaged<OpenFile*, int> SectorSize;
        public delegate* unmanaged<OpenFile*, int> DeviceCharacteristics;
        public delegate* unmanaged<OpenFile*, int, int, int, nint*, int> ShmMap;
        public delegate* unmanaged<OpenFile*, int, int, int, int> ShmLock;
        public delegate* unmanaged<OpenFile*, void> ShmBarrier;
        public delegate* unmanaged<OpenFile*, int, int> ShmUnmap;
    }
}
