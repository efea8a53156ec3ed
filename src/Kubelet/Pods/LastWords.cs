using System.Text;
using Navarch.Api.Core.V1;
using Navarch.Kubelet.Kernel;
using Navarch.Kubelet.Logs;

namespace Navarch.Kubelet.Pods;

/// <summary>What a container that ended wanted to be said of its end: its message file or the end of its log.</summary>
internal sealed class LastWords(LogFiles logs)
{
    private const int FileBytesMax = 4096;
    private const int LogBytesMax = 2048;
    private const int LogLinesMax = 80;

    /// <summary>The message for the status; the runtime's own message where the container left none.</summary>
    public string Of(Cri.V1.ContainerStatus status)
    {
        var path = status.Annotations.GetValueOrDefault(RuntimeLabels.TerminationMessagePath, "");
        var file = path.Length == 0 ? null : status.Mounts.LastOrDefault(mount => mount.ContainerPath == path)?.HostPath; // The last lies on top.
        var words = "";
        try
        {
            words = file is null ? "" : ReadFile(file);
            if (words.Length == 0 && status.ExitCode != 0
                && status.Annotations.GetValueOrDefault(RuntimeLabels.TerminationMessagePolicy) == TerminationMessagePolicy.TerminationMessageFallbackToLogsOnError)
            {
                words = ReadLog(status.LogPath);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            words = $"Error on reading termination message: {e.Message}";
        }
        return words.Length > 0 ? words : status.Message;
    }

    private static string ReadFile(string path)
    {
        // The kubelet's own file, bound into the container, unless the pod has mounted something else in its place.
        using var file = PlainFile.OpenRead(Path.GetDirectoryName(path)!, path);
        var bytes = new byte[Math.Min(file.Length, FileBytesMax)];
        file.Position = file.Length - bytes.Length;
        return Encoding.UTF8.GetString(bytes, 0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
    }

    private string ReadLog(string path)
    {
        if (!File.Exists(path))
        {
            return "";
        }
        using var file = logs.OpenRead(path);
        // Twice as much, as each line of the file also has a time and a stream.
        file.Position = Math.Max(0, file.Length - LogBytesMax * 2);
        using var reader = new StreamReader(file);
        var text = new StringBuilder();
        foreach (var line in reader.ReadToEnd().Split('\n').TakeLast(LogLinesMax + 1))
        {
            if (LogEntry.TryParse(Encoding.UTF8.GetBytes(line), out var entry))
            {
                text.Append(Encoding.UTF8.GetString(entry.Content)).Append(entry.IsPartial ? "" : "\n");
            }
        }
        return text.Length <= LogBytesMax ? text.ToString() : text.ToString(text.Length - LogBytesMax, LogBytesMax);
    }
}
