namespace Navarch.Kubelet;

/// <summary>
/// Times as long as the API allows, which is longer than a timer can be: seconds are counted in 32 or 64 bits there, and a
/// timer ends within 49 days.
/// </summary>
internal static class Waits
{
    private static readonly TimeSpan TimerMax = TimeSpan.FromDays(49);

    /// <summary>At most 68 years: what is longer is no different, and can be added to a date.</summary>
    public static TimeSpan Seconds(long seconds) => TimeSpan.FromSeconds(Math.Clamp(seconds, 0, int.MaxValue));

    /// <summary>As much of it as a timer can be set to.</summary>
    public static TimeSpan Timer(TimeSpan time) => time < TimeSpan.Zero ? TimeSpan.Zero : time < TimerMax ? time : TimerMax;

    public static async Task DelayAsync(TimeSpan delay, TimeProvider time, CancellationToken ct)
    {
        for (; delay > TimeSpan.Zero; delay -= TimerMax)
        {
            await Task.Delay(Timer(delay), time, ct);
        }
    }
}
