namespace Navarch.Storage.Sqlite;

/// <summary>A write on its way through the loop, and the caller who waits for it.</summary>
internal sealed class PendingWrite(StoreWrite write, byte[] key, CancellationToken ct)
{
    // The writer must not run what its callers do next.
    private readonly TaskCompletionSource<CommitResult> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CommitResult? decision;

    public StoreWrite Write { get; } = write;

    /// <summary>The key in UTF-8.</summary>
    public byte[] Key { get; } = key;

    public Task<CommitResult> Answer => answer.Task;

    /// <summary>Bytes that this write adds to a transaction.</summary>
    public int Bytes => Write.Value?.Length ?? 0;

    /// <summary>False if the caller gave up before. From here on the write is carried out, whatever the caller does.</summary>
    public bool TryBegin() => !ct.IsCancellationRequested || !answer.TrySetCanceled(ct);

    /// <summary>What will be answered once the transaction is durable.</summary>
    public void Decide(CommitResult result) => decision = result;

    /// <summary>Answers with the decision. The transaction is durable.</summary>
    public void Complete() => answer.TrySetResult(decision!);

    public void Fail(Exception failure) => answer.TrySetException(failure);
}
