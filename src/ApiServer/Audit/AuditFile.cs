using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Navarch.ApiServer.Audit;

/// <summary>Where events go.</summary>
/// <param name="Path">A file, or <c>-</c> for standard output.</param>
/// <param name="BytesMax">A file that would grow beyond is put aside under the time of that moment.</param>
/// <param name="BackupsMax">How many of those are kept; 0 for all.</param>
/// <param name="AgeMax">How long they are kept; zero for ever.</param>
public sealed record AuditLogConfig(string Path, long BytesMax, int BackupsMax, TimeSpan AgeMax);

/// <summary>
/// The log of events: JSON lines, in the order in which they happened. Requests hand their lines over and go on; when the disk is slower
/// than they are, they wait.
/// </summary>
internal sealed partial class AuditFile(AuditLogConfig config, TimeProvider time, ILogger log)
{
    private const int QueuedMax = 10_000;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly Channel<byte[]> lines = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(QueuedMax) { SingleReader = true });
    private DateTimeOffset lastAside; // In the newest name.

    public ValueTask AddAsync(byte[] line) => lines.Writer.TryWrite(line) ? default : WaitAsync(line);

    /// <summary>No more lines: <see cref="RunAsync"/> ends with the last.</summary>
    public void Complete() => lines.Writer.TryComplete();

    /// <summary>Writes what comes. A disk that refuses is tried again.</summary>
    public async Task RunAsync()
    {
        Stream? file = null;
        var batch = new MemoryStream();
        try
        {
            while (await lines.Reader.WaitToReadAsync())
            {
                batch.SetLength(0);
                while (batch.Length < 1 << 20 && lines.Reader.TryRead(out var line))
                {
                    batch.Write(line);
                }

                file = await WriteAsync(file, batch);
            }
        }
        finally
        {
            if (file is not null)
            {
                await file.DisposeAsync();
            }
        }
    }

    private async ValueTask WaitAsync(byte[] line)
    {
        try
        {
            await lines.Writer.WriteAsync(line);
        }
        catch (ChannelClosedException)
        {
            // The server stops; this request is cut off with it.
        }
    }

    private async Task<Stream?> WriteAsync(Stream? file, MemoryStream batch)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                file ??= Open();
                if (file is FileStream { Length: > 0 } grown && grown.Length + batch.Length > config.BytesMax)
                {
                    await file.DisposeAsync();
                    file = null;
                    PutAside();
                    file = Open();
                }

                await file.WriteAsync(batch.GetBuffer().AsMemory(0, (int)batch.Length));
                await file.FlushAsync();
                return file;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                LogRefused(config.Path, e);
                file?.Dispose();
                file = null;
                if (tries == 3)
                {
                    return null; // These are lost; the server's log says so.
                }

                await Task.Delay(RetryDelay, time);
            }
        }
    }

    private Stream Open() => config.Path == "-"
        ? Console.OpenStandardOutput()
        : new FileStream(config.Path, new FileStreamOptions
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });

    // audit.log becomes audit-2026-01-02T15-04-05.000.log, and takes the place of no other.
    private void PutAside()
    {
        var now = time.GetUtcNow();
        var (folder, stem, extension) = (Path.GetDirectoryName(Path.GetFullPath(config.Path))!, Path.GetFileNameWithoutExtension(config.Path), Path.GetExtension(config.Path));
        var at = now > lastAside ? now : lastAside.AddMilliseconds(1);
        while (File.Exists(Name(at)))
        {
            at = at.AddMilliseconds(1);
        }

        File.Move(config.Path, Name(at));
        lastAside = at;
        var old = Directory.EnumerateFiles(folder, $"{stem}-????-??-??T??-??-??.???{extension}").OrderDescending(StringComparer.Ordinal).ToList();
        foreach (var file in old.Where((file, i) => (config.BackupsMax > 0 && i >= config.BackupsMax) || (config.AgeMax > TimeSpan.Zero && now - File.GetLastWriteTimeUtc(file) > config.AgeMax)))
        {
            File.Delete(file);
        }

        string Name(DateTimeOffset moment) => Path.Combine(folder, $"{stem}-{moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH-mm-ss.fff", CultureInfo.InvariantCulture)}{extension}");
    }

    [LoggerMessage(LogLevel.Error, "events could not be written to the audit log {Path}")]
    private partial void LogRefused(string path, Exception cause);
}
