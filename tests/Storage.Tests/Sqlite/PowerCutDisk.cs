using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Navarch.Storage.Tests.Sqlite;

/// <summary>
/// A file system for SQLite whose power fails: at a call to it that was chosen before, the process writes what the disk would have
/// kept to another directory and kills itself. Everything SQLite does goes through it (https://sqlite.org/vfs.html), and nothing of the
/// store knows.
/// </summary>
/// <remarks>
/// It stands before SQLite's own file system and hands everything on, but a sync, which is only noted: files of tests need not
/// survive the machine. The index of the log in shared memory is not a file of the disk and is gone.
/// </remarks>
internal static unsafe partial class PowerCutDisk
{
    private const int Ok = 0;
    private const string Library = "libsqlite3.so.0";

    // The database, its rollback journal, its log.
    private const int FlagsOfData = 0x100 | 0x800 | 0x80000;

    // One thread at a time: so a cut finds everything at rest. Guards all below.
    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, VolatileFile> Files = [];
    private static readonly Dictionary<nint, VolatileFile> ByHandle = [];
    private static Random random = null!;
    private static string after = null!;
    private static string database = null!;
    private static bool isHonest;
    private static int callsLeft;
    private static Vfs* real;
    private static IoMethods* methods;

    /// <summary>From now on the process's stores lie on this disk.</summary>
    /// <param name="path">The database.</param>
    /// <param name="pathAfter">Where it is to be found after the power cut.</param>
    /// <param name="calls">How many calls that change the disk go well.</param>
    /// <param name="syncs">Whether a sync is one, or is only said to be.</param>
    public static void Install(string path, string pathAfter, int seed, int calls, bool syncs)
    {
        (random, after, database, callsLeft, isHonest) = (new Random(seed), pathAfter, path, calls, syncs);
        real = Find(0);
        var vfs = (Vfs*)NativeMemory.AllocZeroed((nuint)sizeof(Vfs));
        *vfs = *real;
        vfs->Version = 1;
        vfs->Name = Marshal.StringToCoTaskMemUTF8("power-cut");
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

    // Counts a call that changes the disk. At the last one, time ends, in the middle of what is going on.
    private static void SpendCallLocked()
    {
        if (--callsLeft > 0)
        {
            return;
        }

        var kept = random.Next(4) switch { 0 => 0, 1 => 1, _ => random.NextDouble() };
        foreach (var (path, file) in Files.Where(file => File.Exists(file.Key)))
        {
            File.WriteAllBytes(after + path[database.Length..], file.AfterPowerCut(random, isHonest ? kept : 0));
        }
        using var self = Process.GetCurrentProcess();
        self.Kill();
        Thread.CurrentThread.Join(); // Holds the lock until the signal comes.
    }

    private static RealFile* Real(OpenFile* file) => (RealFile*)(file + 1);

    [UnmanagedCallersOnly]
    private static int Open(Vfs* vfs, nint name, OpenFile* file, int flags, int* flagsOut)
    {
        lock (Gate)
        {
            file->Methods = null;
            var inner = Real(file);
            inner->Methods = null;
            var code = real->Open(real, name, (OpenFile*)inner, flags, flagsOut);
            if (inner->Methods is null)
            {
                return code;
            }

            file->Methods = methods;
            if (code == Ok && name != 0 && (flags & FlagsOfData) != 0)
            {
                var path = Marshal.PtrToStringUTF8(name)!;
                if (!Files.TryGetValue(path, out var tracked))
                {
                    Files[path] = tracked = new VolatileFile(path);
                }
                ByHandle[(nint)file] = tracked;
            }
            return code;
        }
    }

    [UnmanagedCallersOnly]
    private static int Delete(Vfs* vfs, nint name, int syncDirectory)
    {
        lock (Gate)
        {
            SpendCallLocked();
            Files.Remove(Marshal.PtrToStringUTF8(name)!);
            return real->Delete(real, name, syncDirectory);
        }
    }

    [UnmanagedCallersOnly]
    private static int Close(OpenFile* file)
    {
        lock (Gate)
        {
            ByHandle.Remove((nint)file);
            return Real(file)->Methods->Close((OpenFile*)Real(file));
        }
    }

    [UnmanagedCallersOnly]
    private static int Write(OpenFile* file, byte* bytes, int count, long offset)
    {
        lock (Gate)
        {
            if (ByHandle.TryGetValue((nint)file, out var tracked))
            {
                tracked.Write(offset, new ReadOnlySpan<byte>(bytes, count));
            }
            SpendCallLocked(); // The call it dies in may be half done, too.
            return Real(file)->Methods->Write((OpenFile*)Real(file), bytes, count, offset);
        }
    }

    [UnmanagedCallersOnly]
    private static int Truncate(OpenFile* file, long length)
    {
        lock (Gate)
        {
            if (ByHandle.TryGetValue((nint)file, out var tracked))
            {
                tracked.Truncate(length);
            }
            SpendCallLocked();
            return Real(file)->Methods->Truncate((OpenFile*)Real(file), length);
        }
    }

    [UnmanagedCallersOnly]
    private static int Sync(OpenFile* file, int flags)
    {
        lock (Gate)
        {
            SpendCallLocked();
            if (isHonest && ByHandle.TryGetValue((nint)file, out var tracked))
            {
                tracked.Sync();
            }
            return Ok;
        }
    }

    [UnmanagedCallersOnly]
    private static int Read(OpenFile* file, byte* bytes, int count, long offset) => Real(file)->Methods->Read((OpenFile*)Real(file), bytes, count, offset);

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
