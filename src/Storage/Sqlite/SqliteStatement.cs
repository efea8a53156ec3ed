using System.Text;

namespace Navarch.Storage.Sqlite;

/// <summary>A prepared statement: bind, step through the rows, reset.</summary>
internal sealed unsafe class SqliteStatement(SqliteConnection connection, nint handle, string sql) : IDisposable
{
    private const int TypeNull = 5;

    private bool isDisposed;

    public SqliteStatement Bind(int index, long value) => Checked(Sqlite3.BindInt64(handle, index, value));

    public SqliteStatement BindNull(int index) => Checked(Sqlite3.BindNull(handle, index));

    /// <summary>Binds a copy of <paramref name="utf8"/> as text.</summary>
    public SqliteStatement BindText(int index, ReadOnlySpan<byte> utf8)
    {
        byte none;
        fixed (byte* start = utf8)
        {
            return Checked(Sqlite3.BindText(handle, index, start == null ? &none : start, utf8.Length, Sqlite3.Transient));
        }
    }

    /// <summary>Binds a copy of <paramref name="bytes"/>.</summary>
    public SqliteStatement BindBlob(int index, ReadOnlySpan<byte> bytes)
    {
        byte none; // A null address would bind NULL instead of no bytes.
        fixed (byte* start = bytes)
        {
            return Checked(Sqlite3.BindBlob(handle, index, start == null ? &none : start, bytes.Length, Sqlite3.Transient));
        }
    }

    /// <summary>Whether there is a (further) row. After the last one the statement is reset.</summary>
    public bool Step()
    {
        var code = Sqlite3.Step(handle);
        if (code == Sqlite3.Row)
        {
            return true;
        }
        var failure = code == Sqlite3.Done ? null : connection.Failure(sql);
        Reset();
        return failure is null ? false : throw failure;
    }

    /// <summary>Runs a statement that yields no rows, or whose rows do not matter.</summary>
    public void Run()
    {
        while (Step())
        {
        }
    }

    /// <summary>Ends a query before its last row and lets go of what was bound.</summary>
    public void Reset()
    {
        Sqlite3.Reset(handle);
        Sqlite3.ClearBindings(handle);
    }

    public long Int64(int column) => Sqlite3.ColumnInt64(handle, column);

    public bool IsNull(int column) => Sqlite3.ColumnType(handle, column) == TypeNull;

    /// <summary>A copy of the bytes.</summary>
    public byte[] Bytes(int column)
    {
        var start = Sqlite3.ColumnBlob(handle, column);
        return new ReadOnlySpan<byte>(start, Sqlite3.ColumnBytes(handle, column)).ToArray();
    }

    public string Text(int column)
    {
        var start = Sqlite3.ColumnBlob(handle, column);
        return Encoding.UTF8.GetString(new ReadOnlySpan<byte>(start, Sqlite3.ColumnBytes(handle, column)));
    }

    public void Dispose()
    {
        if (!isDisposed)
        {
            isDisposed = true;
            Sqlite3.Finalize(handle);
        }
    }

    private SqliteStatement Checked(int code) => code == Sqlite3.Ok ? this : throw connection.Failure(sql);
}
