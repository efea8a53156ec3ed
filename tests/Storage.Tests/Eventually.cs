namespace Navarch.Storage.Tests;

/// <summary>Waiting for what must come, without saying when.</summary>
public static class Eventually
{
    private static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(60);

    public static async Task TrueAsync(Func<bool> condition, string what)
    {
        using var patience = new CancellationTokenSource(PatienceMax);
        while (!condition())
        {
            Assert.False(patience.IsCancellationRequested, $"never happened: {what}");
            await Task.Delay(TimeSpan.FromMilliseconds(2));
        }
    }
}
