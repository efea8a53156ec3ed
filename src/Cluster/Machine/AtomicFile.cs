namespace Navarch.Cluster.Machine;

/// <summary>Replaces a file's content completely or not at all, also across a crash.</summary>
internal static class AtomicFile
{
    public const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    public const UnixFileMode Public = Private | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Writes beside the file, then renames over it. The mode holds from the file's first byte.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode, Action<string>? beforeRename = null)
    {
        var temporary = $"{path}.{Environment.ProcessId}.new";
        try
        {
            File.Delete(temporary);
            using (var file = new FileStream(temporary, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = Private,
            }))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }

            File.SetUnixFileMode(temporary, mode);
            beforeRename?.Invoke(temporary);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
