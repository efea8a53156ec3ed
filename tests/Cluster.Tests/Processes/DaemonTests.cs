using Navarch.Cluster.Processes;

namespace Navarch.Cluster.Tests.Processes;

public sealed class DaemonTests : IAsyncDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    private readonly TemporaryFolder _folder = new();
    private readonly Daemon _daemon;

    public DaemonTests() => _daemon = new Daemon("sleeper", _folder["run/sleeper.pid"], _folder["logs/sleeper.log"], TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        await _daemon.StopAsync(TimeSpan.Zero, CancellationToken.None);
        _folder.Dispose();
    }

    [Fact]
    public async Task It_is_started_once_and_stopped()
    {
        Assert.True(_daemon.Ensure("/bin/sh", ["-c", "echo hello; exec sleep 600"]));
        Assert.False(_daemon.Ensure("/bin/sh", ["-c", "exit 1"]));
        var process = _daemon.Running;
        Assert.NotNull(process);

        await _daemon.StopAsync(Grace, TestContext.Current.CancellationToken);

        Assert.False(process.Value.IsAlive);
        Assert.Null(_daemon.Running);
        Assert.False(File.Exists(_folder["run/sleeper.pid"]));
    }

    [Fact]
    public async Task It_is_the_leader_of_its_own_session_and_has_no_terminal()
    {
        _daemon.Ensure("/bin/sleep", ["600"]);
        var pid = _daemon.Running!.Value.Pid;
        await _daemon.WaitUntilAsync("is not sleep", _ => Task.FromResult(File.ReadAllText($"/proc/{pid}/comm").Trim() == "sleep"), Grace, TestContext.Current.CancellationToken);

        var fields = File.ReadAllText($"/proc/{pid}/stat").Split(' ');

        Assert.Equal($"{pid}", fields[5]);
        Assert.Equal("0", fields[6]);
    }

    [Fact]
    public async Task A_process_that_ignores_being_asked_is_killed()
    {
        _daemon.Ensure("/bin/sh", ["-c", "trap '' TERM; echo ready; while :; do sleep 1; done"]);
        await _daemon.WaitUntilAsync("is silent", _ => Task.FromResult(File.ReadAllText(_daemon.LogFile).Contains("ready", StringComparison.Ordinal)), Grace, TestContext.Current.CancellationToken);

        await _daemon.StopAsync(TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken);

        Assert.Null(_daemon.Running);
    }

    [Fact]
    public async Task A_process_that_ends_at_once_is_reported_with_its_last_words()
    {
        _daemon.Ensure("/bin/sh", ["-c", "echo the database is locked >&2; exit 3"]);

        var failure = await Assert.ThrowsAsync<ClusterException>(() =>
            _daemon.WaitUntilAsync("is not ready", _ => Task.FromResult(false), Grace, TestContext.Current.CancellationToken));

        Assert.Contains("the database is locked", failure.Message, StringComparison.Ordinal);
        Assert.Contains(_daemon.LogFile, failure.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_id_that_now_is_somebody_elses_is_never_killed()
    {
        var other = new Daemon("other", _folder["run/other.pid"], _folder["logs/other.log"], TimeProvider.System);
        other.Ensure("/bin/sleep", ["600"]);
        var stranger = other.Running!.Value;
        File.WriteAllText(_folder["run/sleeper.pid"], $"{stranger.Pid} {stranger.StartTicks - 1}\n");

        await _daemon.StopAsync(Grace, TestContext.Current.CancellationToken);

        Assert.True(stranger.IsAlive);
        await other.StopAsync(Grace, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("")]
    [InlineData("12")]
    [InlineData("x y")]
    [InlineData("1 2 3")]
    public void A_damaged_pid_file_names_nobody(string text)
    {
        Directory.CreateDirectory(_folder["run"]);
        File.WriteAllText(_folder["run/sleeper.pid"], text);

        Assert.Null(_daemon.Running);
    }

    [Fact]
    public void A_program_that_is_not_there_is_an_error_that_names_it()
    {
        var failure = Assert.Throws<ClusterException>(() => _daemon.Ensure("/no/such", []));

        Assert.Contains("/no/such", failure.Message, StringComparison.Ordinal);
    }
}
