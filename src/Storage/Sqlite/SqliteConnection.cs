using System.Runtime.InteropServices;
using System.Text;

namespace Navarch.Storage.Sqlite;

/// <summary>One connection to a database file. Used by one thread at a time.</summary>
internal sealed unsafe class SqliteConnection : IDisposable
{
    // Nobody but this process locks the file, unless somebody looks into it with a tool.
    private const int BusyTimeoutMilliseconds = 2000;

    private readonly List<SqliteStatement> statements = [];
    private readonly int* framesInLog = (int*)NativeMemory.AllocZeroed(sizeof(int));
    private nint handle;

    /// <summary>Opens a file that exists.</summary>
    /// <exception cref="SqliteException">It cannot be opened. Damage may show only at the first statement.</exception>
    public SqliteConnection(string path)
    {
        // No mutex: each connection here has one user at a time by construction.
        var code = Sqlite3.Open(path, out handle, Sqlite3.OpenReadWrite | Sqlite3.OpenNoMutex, 0);
        if (code != Sqlite3.Ok)
        {
            var failure = Failure("open");
            Dispose();
            throw failure;
        }
        Sqlite3.BusyTimeout(handle, BusyTimeoutMilliseconds);
        Sqlite3.WalHook(handle, &OnCommit, (nint)framesInLog);
    }

    /// <summary>Whether a transaction is open.</summary>
    public bool IsInTransaction => Sqlite3.IsAutocommit(handle) == 0;

    /// <summary>How many rows the last insert, update or delete changed.</summary>
    public int Changes => Sqlite3.Changes(handle);

    /// <summary>
    /// How many pages the write-ahead log held after the last commit of this connection that wrote. Asking through the
    /// hook also replaces SQLite's automatic checkpoint, which would run inside commits.
    /// </summary>
    public int FramesInLog => *framesInLog;

    /// <summary>A statement that lives as long as the connection.</summary>
    public SqliteStatement Prepare(string sql)
    {
        var utf8 = Encoding.UTF8.GetBytes(sql);
        fixed (byte* start = utf8)
        {
            var code = Sqlite3.Prepare(handle, start, utf8.Length, Sqlite3.PreparePersistent, out var statement, out _);
            if (code != Sqlite3.Ok)
            {
                throw Failure(sql);
            }
            var prepared = new SqliteStatement(this, statement, sql);
            statements.Add(prepared);
            return prepared;
        }
    }

    /// <summary>Runs a script of statements whose results do not matter.</summary>
    public void Execute(string script)
    {
        var utf8 = Encoding.UTF8.GetBytes(script);
        fixed (byte* start = utf8)
        {
            var next = start;
            var end = start + utf8.Length;
            while (next < end)
            {
                if (Sqlite3.Prepare(handle, next, (int)(end - next), 0, out var statement, out next) != Sqlite3.Ok)
                {
                    throw Failure(script);
                }
                if (statement != 0) // Zero: only white space was left.
                {
                    using var once = new SqliteStatement(this, statement, script);
                    once.Run();
                }
            }
        }
    }

    /// <summary>The first column of the only row, or of the first.</summary>
    public long QueryInt64(string sql)
    {
        using var rows = Query(sql);
        return rows.Step() ? rows.Int64(0) : throw new InvalidOperationException($"no row: {sql}");
    }

    /// <summary>The first column of every row as text.</summary>
    public List<string> QueryTexts(string sql)
    {
        using var rows = Query(sql);
        var texts = new List<string>();
        while (rows.Step())
        {
            texts.Add(rows.Text(0));
        }
        return texts;
    }

    /// <summary>Copies pages from the write-ahead log into the file as far as possible without waiting for anyone.</summary>
    /// <returns>Whether everything was copied, so that the next writer starts the log from its beginning.</returns>
    public bool Checkpoint()
    {
        var code = Sqlite3.Checkpoint(handle, 0, Sqlite3.CheckpointPassive, out var inLog, out var copied);
        return code == Sqlite3.Ok ? inLog == copied : throw Failure("checkpoint");
    }

    public SqliteException Failure(string during) => handle == 0
        ? new(7, "out of memory", during)
        : new(Sqlite3.ExtendedErrorCode(handle), Marshal.PtrToStringUTF8(Sqlite3.ErrorMessage(handle)) ?? "", during);

    public void Dispose()
    {
        foreach (var statement in statements)
        {
            statement.Dispose();
        }
        statements.Clear();
        if (handle != 0)
        {
            Sqlite3.Close(handle);
            handle = 0;
            NativeMemory.Free(framesInLog);
        }
    }

    [UnmanagedCallersOnly]
    private static int OnCommit(nint framesInLog, nint database, nint schema, int frames)
    {
        *(int*)framesInLog = frames;
        return Sqlite3.Ok;
    }

    private SqliteStatement Query(string sql)
    {
        var statement = Prepare(sql);
        statements.Remove(statement);
        return statement;
    }
}
