using System.Diagnostics;

namespace Navarch.EndToEnd;

/// <summary>Waits for what must come true, and says what was seen last where it does not.</summary>
internal static class Wait
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    public static async Task<string> UntilAsync(string what, Func<Task<Outcome>> look, Func<string, bool> isRight)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var outcome = await look();
            if (outcome.ExitCode == 0 && isRight(outcome.Output))
            {
                return outcome.Output;
            }

            Assert.True(clock.Elapsed < Longest, $"{what} did not come true. Last seen: {outcome.CommandLine}\n{outcome.Output}\n{outcome.Error}");
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }
    }
}
