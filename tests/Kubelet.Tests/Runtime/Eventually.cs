using System.Diagnostics;

namespace Navarch.Kubelet.Tests.Runtime;

/// <summary>Waits for conditions of the real world, never for times.</summary>
internal static class Eventually
{
    // Far longer than anything takes: reached only when the condition never comes.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task TrueAsync(Func<Task<bool>> condition, string what)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(clock.Elapsed < Limit, $"never came true: {what}");
            await Task.Delay(20);
        }
    }

    public static Task TrueAsync(Func<bool> condition, string what) => TrueAsync(() => Task.FromResult(condition()), what);
}
