using Navarch.Cluster.Machine;

namespace Navarch.Cluster.Tests;

public sealed class IdleMemoryTests
{
    [Fact]
    public void Only_read_only_mappings_of_files_that_nobody_wrote_to_are_given_back()
    {
        const string Smaps = """
            1000-3000 r-xp 00000000 fe:00 11                 /usr/lib/clean.so
            Rss:                   8 kB
            Anonymous:             0 kB
            VmFlags: rd ex mr mw me
            3000-4000 r--p 00002000 fe:00 11                 /usr/lib/relocated.so
            Anonymous:             4 kB
            4000-5000 rw-p 00003000 fe:00 11                 /usr/lib/data.so
            Anonymous:             0 kB
            5000-6000 r--p 00000000 00:00 0
            Anonymous:             0 kB
            6000-7000 r-xp 00000000 00:00 0                  [vdso]
            Anonymous:             0 kB
            7000-8000 r--s 00000000 fe:00 12                 /shared
            Anonymous:             0 kB
            """;

        Assert.Equal([(0x1000UL, 0x2000UL)], IdleMemory.CleanFileMappings(Smaps.Split('\n')));
    }

    [Fact]
    public async Task A_process_that_gave_back_its_memory_goes_on()
    {
        await IdleMemory.ReturnOnceSettledAsync(new AtOnce(), TestContext.Current.CancellationToken);

        Assert.Equal("still here", string.Join(' ', "here still".Split(' ').Reverse()));
    }

    /// <summary>A clock whose timers ring at once.</summary>
    private sealed class AtOnce : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
