namespace Navarch.Client;

/// <summary>
/// The writes of one pass over one key. Ambient, so that no reconciler can forget to tell the queue what it wrote, and writes
/// before a failure count like all others.
/// </summary>
internal sealed class WriteLog
{
    private static readonly AsyncLocal<WriteLog?> Ambient = new();

    private readonly Lock guard = new();
    private readonly List<Write> writes = [];

    /// <summary>The log of the pass that runs here, or null.</summary>
    public static WriteLog? Current => Ambient.Value;

    /// <summary>Begins a log for what the calling async method does from here on.</summary>
    public static WriteLog Begin() => Ambient.Value = new WriteLog();

    public void Add(Write write)
    {
        lock (guard)
        {
            writes.Add(write);
        }
    }

    public IReadOnlyList<Write> All
    {
        get
        {
            lock (guard)
            {
                return [.. writes];
            }
        }
    }
}
