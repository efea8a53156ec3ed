namespace Navarch.ApiServer.Registry;

/// <summary>
/// Lets those who lost a race for an object try again one after the other. Without it a hundred writers of one object
/// make each change a hundred times: all start over whenever one of them gets through.
/// </summary>
internal sealed class Turns
{
    // Objects that share a stripe wait for each other at times; more stripes than processors make that rare.
    private readonly SemaphoreSlim[] stripes = [.. Enumerable.Range(0, 64).Select(static _ => new SemaphoreSlim(1))];

    /// <summary>Waits for the turn of whoever asks for <paramref name="key"/>. The turn ends when what is returned is released.</summary>
    public async ValueTask<SemaphoreSlim> TakeAsync(string key, CancellationToken ct)
    {
        var stripe = stripes[(uint)key.GetHashCode(StringComparison.Ordinal) % stripes.Length];
        await stripe.WaitAsync(ct);
        return stripe;
    }
}
