using System.Diagnostics;
using Navarch.Kubelet.Cri.V1;
using Navarch.Kubelet.Logs;
using Navarch.Kubelet.Pods;

namespace Navarch.Kubelet.Tests.Attacks;

/// <summary>Files that containers, or pods with a directory of the node, put where the kubelet reads.</summary>
public sealed class LastWordsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly string _outside = Directory.CreateTempSubdirectory("nkout").FullName;
    private readonly string _root = Directory.CreateTempSubdirectory("nkwords").FullName;

    private LogFiles Logs => new(_root);

    [Fact]
    public async Task A_pipe_in_the_place_of_the_message_holds_up_nobody()
    {
        var pipe = Path.Combine(_root, "pipe");
        await PipeAsync(pipe);

        Assert.StartsWith("Error on reading termination message", await WordsAsync(Ended(pipe)));

        using var writer = new FileStream(pipe, FileMode.Open, FileAccess.ReadWrite);
        Assert.StartsWith("Error on reading termination message", await WordsAsync(Ended(pipe)));
    }

    [Fact]
    public async Task A_link_in_the_place_of_the_message_is_not_followed()
    {
        File.WriteAllText(Path.Combine(_outside, "secret"), "hidden");
        var link = Path.Combine(_root, "link");
        File.CreateSymbolicLink(link, Path.Combine(_outside, "secret"));

        Assert.StartsWith("Error on reading termination message", await WordsAsync(Ended(link)));
    }

    [Fact]
    public async Task Of_a_message_without_end_the_last_4096_bytes_are_read()
    {
        var file = Path.Combine(_root, "file");
        using (var stream = File.Create(file))
        {
            stream.SetLength(1L << 40);
            stream.Position = stream.Length;
            stream.Write("the end"u8);
        }

        var words = await WordsAsync(Ended(file));

        Assert.Equal(4096, words.Length);
        Assert.EndsWith("the end", words);
    }

    [Theory]
    [InlineData("link to the file")]
    [InlineData("link to the directory")]
    [InlineData("link to the pod")]
    [InlineData("pipe")]
    public async Task A_log_is_a_file_of_the_runtime_and_nothing_that_leads_elsewhere(string what)
    {
        const string Line = "2026-11-21T12:00:00.000000000Z stdout F hidden\n";
        var pod = Logs.PodDirectory("default", "web", "uid-1");
        var path = Path.Combine(pod, "main/0.log");
        Directory.CreateDirectory(Path.Combine(_outside, "main"));
        File.WriteAllText(Path.Combine(_outside, "main/0.log"), Line);
        switch (what)
        {
            case "link to the file":
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.CreateSymbolicLink(path, Path.Combine(_outside, "main/0.log"));
                break;
            case "link to the directory":
                Directory.CreateDirectory(pod);
                File.CreateSymbolicLink(Path.Combine(pod, "main"), Path.Combine(_outside, "main"));
                break;
            case "link to the pod":
                File.CreateSymbolicLink(pod, _outside);
                break;
            default:
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                await PipeAsync(path);
                break;
        }
        var status = Ended("");
        status.LogPath = path;
        status.ExitCode = 1;
        status.Annotations[RuntimeLabels.TerminationMessagePolicy] = "FallbackToLogsOnError";
        using var output = new MemoryStream();

        Assert.DoesNotContain("hidden", await WordsAsync(status));
        await Assert.ThrowsAsync<IOException>(
            () => Task.Run(() => new LogReader(Logs, TimeProvider.System).CopyAsync(path, new LogQuery(), () => false, output, default)).WaitAsync(Patience));
        Assert.Equal(0, output.Length);
    }

    [Fact]
    public async Task Rotation_writes_and_reads_nothing_that_a_link_leads_to()
    {
        var path = Path.Combine(_root, "0.log");
        var (secret, victim) = (Path.Combine(_outside, "secret"), Path.Combine(_outside, "victim"));
        File.WriteAllText(secret, "hidden");
        File.WriteAllText(victim, "whole");
        // Rotated logs of long ago, which are to be compressed now.
        File.CreateSymbolicLink(path + ".20200101-000000", secret);
        File.WriteAllText(path + ".20200101-000001", "old");
        File.CreateSymbolicLink(path + ".20200101-000001.tmp", victim);
        File.WriteAllBytes(path, new byte[LogFiles.BytesPerFileMax]);

        for (var i = 0; i < 3; i++)
        {
            try
            {
                await Logs.RotateAsync(path, new DateTimeOffset(2026, 1, 1, 0, 0, i, TimeSpan.Zero), () => File.WriteAllBytesAsync(path, new byte[LogFiles.BytesPerFileMax]), default);
            }
            catch (IOException)
            {
                // Not while the link is there.
            }
        }

        Assert.Equal("whole", File.ReadAllText(victim));
        Assert.DoesNotContain(Directory.GetFiles(_root, "*.gz"), file => new FileInfo(file).Name.Contains("20200101-000000", StringComparison.Ordinal));
    }

    public void Dispose()
    {
        Directory.Delete(_root, recursive: true);
        Directory.Delete(_outside, recursive: true);
    }

    private Task<string> WordsAsync(ContainerStatus status) => Task.Run(() => new LastWords(Logs).Of(status)).WaitAsync(Patience);

    private static ContainerStatus Ended(string file) => new()
    {
        State = ContainerState.ContainerExited,
        Mounts = { new Mount { ContainerPath = "/dev/termination-log", HostPath = file } },
        Annotations = { [RuntimeLabels.TerminationMessagePath] = file.Length > 0 ? "/dev/termination-log" : "" },
    };

    private static async Task PipeAsync(string path)
    {
        using var make = Process.Start("mkfifo", path);
        await make.WaitForExitAsync();
    }
}
