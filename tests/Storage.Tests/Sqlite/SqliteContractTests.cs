using Navarch.Storage.Sqlite;

namespace Navarch.Storage.Tests.Sqlite;

public sealed class SqliteContractTests : RevisionStoreContract
{
    private readonly TemporaryDirectory directory = new();

    protected override async Task<IRevisionStore> OpenAsync() =>
        await SqliteRevisionStore.OpenAsync(new() { Path = directory.Path("store.db") }, Time, Ct);

    protected override ValueTask CleanUpAsync()
    {
        directory.Dispose();
        return ValueTask.CompletedTask;
    }
}
