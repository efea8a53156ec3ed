namespace Navarch.ApiServer;

/// <summary>Writes files with keys: of mode 0600 from their first byte, and replaced as a whole. Who reads one finds the old content or the new.</summary>
internal static class PrivateFile
{
    public const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Replaces what is there, durably.</summary>
    public static void Replace(string path, byte[] content) => File.Move(WriteBeside(path, content), path, overwrite: true);

    /// <summary>Writes the content durably into a file that can be moved to <paramref name="path"/>.</summary>
    /// <returns>Its path.</returns>
    public static string WriteBeside(string path, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!, Mode | UnixFileMode.UserExecute);
        var temporary = $"{path}.{Environment.ProcessId}.new";
        File.Delete(temporary);
        using var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Mode });
        file.Write(content);
        file.Flush(flushToDisk: true);
        return temporary;
    }
}
