using System.Text;
using Navarch.Kubelet.Logs;
using Navarch.Kubelet.Tests.Runtime;

namespace Navarch.Kubelet.Tests.Logs;

public sealed class LogReaderTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private readonly string _directory = Directory.CreateTempSubdirectory("nklog").FullName;

    private LogFiles Files => new(_directory);

    private string Log => Path.Combine(_directory, "0.log");

    [Fact]
    public async Task All_lines_are_copied_and_partial_ones_are_joined()
    {
        await File.WriteAllTextAsync(Log, Line(0, "F", "a") + Line(1, "P", "b") + Line(1, "F", "c") + "broken\n" + Line(2, "F", "d", "stderr"));

        Assert.Equal("a\nbc\nd\n", await ReadAsync(new LogQuery()));
        Assert.Equal("d\n", await ReadAsync(new LogQuery { Stream = LogStream.Stderr }));
        Assert.Equal("bc\nd\n", await ReadAsync(new LogQuery { Since = Start.AddSeconds(1) }));
        Assert.Equal("a\nb", await ReadAsync(new LogQuery { LimitBytes = 3 }));
        Assert.StartsWith("2026-11-21T12:00:00.000000000Z a\n2026-11-21T12:00:01.000000000Z bc\n", await ReadAsync(new LogQuery { Timestamps = true }));
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "line 9999\n")]
    [InlineData(2, "line 9998\nline 9999\n")]
    public async Task A_tail_is_found_from_the_end(int lines, string expected)
    {
        await File.WriteAllTextAsync(Log, string.Concat(Enumerable.Range(0, 10_000).Select(i => Line(i, "F", $"line {i}"))));

        Assert.Equal(expected, await ReadAsync(new LogQuery { TailLines = lines }));
        Assert.Equal(10_000, (await ReadAsync(new LogQuery { TailLines = 20_000 })).Count(c => c == '\n'));
        Assert.Equal(9_000, (await ReadAsync(new LogQuery { TailLines = 9_000 })).Count(c => c == '\n'));
    }

    [Fact]
    public async Task Many_followers_take_few_of_the_kernels_watches()
    {
        await File.WriteAllTextAsync(Log, Line(0, "F", "before"));
        var running = true;
        var outputs = Enumerable.Range(0, 200).Select(_ => new MemoryStream()).ToList();
        var following = outputs.Select(output => FollowAsync(output, () => running)).ToList();

        var watches = Directory.GetFiles("/proc/self/fd").Count(fd => new FileInfo(fd).LinkTarget == "anon_inode:inotify");

        Assert.InRange(watches, 1, 64);
        await File.AppendAllTextAsync(Log, Line(1, "F", "more"));
        await Eventually.TrueAsync(() => outputs.TrueForAll(output => Encoding.UTF8.GetString(output.ToArray()) == "before\nmore\n"), "all have read on");
        running = false;
        await Task.WhenAll(following);
    }

    [Fact]
    public async Task A_follower_reads_on_through_a_rotation_until_the_container_ends()
    {
        await File.WriteAllTextAsync(Log, Line(0, "F", "before"));
        var running = true;
        var output = new MemoryStream();
        var following = FollowAsync(output, () => running);

        await SeenAsync(output, "before\n");
        await File.AppendAllTextAsync(Log, Line(1, "F", "more")[..20]);
        await File.AppendAllTextAsync(Log, Line(1, "F", "more")[20..]);
        await SeenAsync(output, "before\nmore\n");
        File.Move(Log, Log + ".1");
        await File.AppendAllTextAsync(Log + ".1", Line(2, "F", "late"));
        await File.WriteAllTextAsync(Log, Line(3, "F", "rotated"));
        await SeenAsync(output, "before\nmore\nlate\nrotated\n");
        await File.AppendAllTextAsync(Log, Line(4, "F", "last"));
        running = false;
        await following;
        Assert.EndsWith("rotated\nlast\n", Encoding.UTF8.GetString(output.ToArray()));
    }

    [Fact]
    public async Task A_follower_waits_for_the_new_log_when_the_old_one_is_renamed_already()
    {
        await File.WriteAllTextAsync(Log, Line(0, "F", "before"));
        var running = true;
        var output = new MemoryStream();
        var following = FollowAsync(output, () => running);

        await SeenAsync(output, "before\n");
        File.Move(Log, Log + ".1");
        await File.AppendAllTextAsync(Log + ".1", Line(1, "F", "late"));
        await SeenAsync(output, "before\nlate\n");
        await Task.WhenAny(following, Task.Delay(100)); // It looks once more, at nothing.
        await File.WriteAllTextAsync(Log, Line(2, "F", "rotated"));
        running = false;
        await following;
        Assert.Equal("before\nlate\nrotated\n", Encoding.UTF8.GetString(output.ToArray()));
    }

    [Fact]
    public async Task A_follower_of_a_log_that_was_removed_ends_with_the_container()
    {
        await File.WriteAllTextAsync(Log, Line(0, "F", "before"));
        var running = true;
        var output = new MemoryStream();
        var following = FollowAsync(output, () => running);
        await Eventually.TrueAsync(() => output.Length > 0, "the first line");

        File.Delete(Log);
        running = false;

        await following.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal("before\n", Encoding.UTF8.GetString(output.ToArray()));
    }

    [Fact]
    public async Task A_long_log_is_rotated_and_few_old_ones_are_kept()
    {
        for (var i = 0; i < 8; i++)
        {
            await File.WriteAllBytesAsync(Log, new byte[LogFiles.BytesPerFileMax]);
            await Files.RotateAsync(Log, Start.AddMinutes(i), () => File.WriteAllTextAsync(Log, ""), default);
        }

        Assert.Equal(0, new FileInfo(Log).Length);
        var files = Directory.GetFiles(_directory);
        Assert.Equal(LogFiles.FilesMax, files.Length);
        Assert.Equal(3, files.Count(file => file.EndsWith(".gz", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_log_the_runtime_does_not_reopen_stays_where_it_is()
    {
        await File.WriteAllBytesAsync(Log, new byte[LogFiles.BytesPerFileMax]);

        await Assert.ThrowsAsync<IOException>(() => Files.RotateAsync(Log, Start, () => throw new IOException(), default));

        Assert.Equal([Log], Directory.GetFiles(_directory));
    }

    [Theory]
    [InlineData("..", "web", "1")]
    [InlineData("default", "a/b", "1")]
    [InlineData("default", "", "1")]
    public void Names_cannot_lead_out_of_the_directory(string @namespace, string name, string uid) =>
        Assert.Throws<ArgumentException>(() => new LogFiles(_directory).PodDirectory(@namespace, name, uid));

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static string Line(int second, string tag, string content, string stream = "stdout") =>
        $"{Start.AddSeconds(second):yyyy-MM-ddTHH:mm:ss}.000000000Z {stream} {tag} {content}\n";

    private async Task<string> ReadAsync(LogQuery query)
    {
        var output = new MemoryStream();
        await new LogReader(Files, TimeProvider.System).CopyAsync(Log, query, () => false, output, default);
        return Encoding.UTF8.GetString(output.ToArray());
    }

    private Task FollowAsync(Stream output, Func<bool> isRunning) => new LogReader(Files, TimeProvider.System).CopyAsync(Log, new LogQuery { Follow = true }, isRunning, output, default);

    private static Task SeenAsync(MemoryStream output, string text) => Eventually.TrueAsync(() => Encoding.UTF8.GetString(output.ToArray()) == text, text);
}
