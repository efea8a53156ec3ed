using System.Text.Json;

namespace Navarch.ApiServer.Encryption;

/// <summary>The file with the keys, of mode 0600. Replaced as a whole: who reads it finds the old keys or the new ones.</summary>
public sealed class EncryptionKeyFile(string path)
{
    public string Path => path;

    public bool Exists => File.Exists(path);

    /// <summary>Changes whenever the content does: whoever has read it can see cheaply whether that still stands.</summary>
    internal (DateTime Written, long Length) Stamp => new FileInfo(path) is { Exists: true } file ? (file.LastWriteTimeUtc, file.Length) : default;

    /// <exception cref="EncryptionException">It is missing, others can read it, or it is damaged.</exception>
    public EncryptionKeys Load()
    {
        try
        {
            var mode = File.GetUnixFileMode(path);
            if ((mode & ~PrivateFile.Mode) != 0)
            {
                throw new EncryptionException(
                    $"the encryption keys in {path} can be read or changed by others (mode {Convert.ToString((int)mode, 8).PadLeft(4, '0')})",
                    $"see who did, then `chmod 600 {path}`");
            }

            var read = JsonSerializer.Deserialize(File.ReadAllBytes(path), EncryptionKeysJson.Default.EncryptionKeys) ?? throw Damaged("it is empty", null);
            var keys = read.Resources is null ? read with { Resources = EncryptionKeys.DefaultResources } : read; // Was left out.
            return keys.Problem() is { } problem ? throw Damaged(problem, null) : keys;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new EncryptionException($"there are no encryption keys: {path} is missing", "put it back from a backup", e);
        }
        catch (JsonException e)
        {
            throw Damaged(e.Message, e);
        }
    }

    /// <summary>Replaces what is there, durably.</summary>
    public void Save(EncryptionKeys keys)
    {
        PrivateFile.Replace(path, keys.ToBytes());
    }

    /// <summary>Makes the file with a first key, where there is none yet.</summary>
    /// <returns>What the file holds now: also what somebody else has put there at the same time.</returns>
    public EncryptionKeys Create(TimeProvider time)
    {
        var temporary = PrivateFile.WriteBeside(path, new EncryptionKeys { Keys = [EncryptionKey.Create(time)] }.ToBytes());
        try
        {
            File.Move(temporary, path, overwrite: false);
        }
        catch (IOException) when (Exists)
        {
            File.Delete(temporary); // Another server that shares the file was faster.
        }

        return Load();
    }

    private EncryptionException Damaged(string why, Exception? cause) =>
        new($"the encryption keys in {path} are damaged: {why}", "put the file back from a backup", cause);
}
