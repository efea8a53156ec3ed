namespace Navarch.Storage.Tests.Sqlite.Disks;

/// <summary>A disk that refuses some of what it is asked for, for as long as it is told to.</summary>
internal sealed class RefusingDisk : IDisk
{
    private volatile int readCode;
    private volatile int writeCode;
    private volatile int syncCode;

    /// <summary>The code that reads are refused with; 0: they are not.</summary>
    public int ReadCode
    {
        get => readCode;
        set => readCode = value;
    }

    /// <summary>The code that writes are refused with; 0: they are not. https://sqlite.org/rescode.html</summary>
    public int WriteCode
    {
        get => writeCode;
        set => writeCode = value;
    }

    /// <summary>The code that syncs are refused with; what was written before may be on the disk or not.</summary>
    public int SyncCode
    {
        get => syncCode;
        set => syncCode = value;
    }

    public int Read(string path) => readCode;

    public int Write(string path, long offset, ReadOnlySpan<byte> bytes) => writeCode;

    public int Truncate(string path, long length) => writeCode;

    public int Sync(string path) => syncCode;

    public int Delete(string path) => writeCode;
}
