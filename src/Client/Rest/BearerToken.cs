namespace Navarch.Client;

/// <summary>The token to present, kept current with its file.</summary>
public sealed class BearerToken(ClientConfig config, TimeProvider time)
{
    private static readonly TimeSpan ReadAgainAfter = TimeSpan.FromMinutes(1);

    private readonly Lock guard = new();
    private string fromFile = "";
    private DateTimeOffset readAt = DateTimeOffset.MinValue;

    /// <summary>Empty when there is none.</summary>
    /// <exception cref="IOException">The file cannot be read, and never could.</exception>
    public string Current()
    {
        if (config.TokenFile.Length == 0)
        {
            return config.Token;
        }

        lock (guard)
        {
            var now = time.GetUtcNow();
            if (now - readAt > ReadAgainAfter)
            {
                try
                {
                    fromFile = File.ReadAllText(config.TokenFile).Trim();
                }
                catch (IOException) when (fromFile.Length > 0)
                {
                    // The one we have may still be good; the file is looked at again in a minute.
                }

                readAt = now;
            }

            return fromFile;
        }
    }
}
