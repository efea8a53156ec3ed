using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Navarch.Machinery.Tokens;

namespace Navarch.ApiServer.Tokens;

/// <summary>One key of the file, and what is known of it.</summary>
public sealed record TokenKeyEntry
{
    // Of a key whose tokens nobody has kept count of: those of pods are the longest-lived that there commonly are.
    private static readonly TimeSpan LifetimeAssumed = TimeSpan.FromDays(365);

    // A server that had begun to sign when another key took over has ended that within this.
    private static readonly TimeSpan SigningDelayMax = TimeSpan.FromMinutes(1);

    public required TokenKey Key { get; init; }

    public required string Pem { get; init; }

    public DateTimeOffset? Created { get; init; }

    /// <summary>When another key began to sign in its stead; null while it signs, or where nobody wrote it down.</summary>
    public DateTimeOffset? Retired { get; init; }

    /// <summary>For how long the longest-lived token was signed with it; null where nobody wrote it down.</summary>
    public TimeSpan? LifetimeMax { get; init; }

    /// <summary>When the last token that it signed ends, but for those in Secrets, which do not; null while it may sign.</summary>
    public DateTimeOffset? NeededUntil => Retired + Lifetime + SigningDelayMax;

    /// <summary>For how long tokens may have been signed with it.</summary>
    internal TimeSpan Lifetime => LifetimeMax ?? LifetimeAssumed;

    /// <summary>A new key that has signed nothing yet.</summary>
    /// <param name="algorithm"><c>ES256</c>, or <c>RS256</c> for the sake of verifiers that know no other.</param>
    public static TokenKeyEntry Create(TimeProvider time, string algorithm = "ES256")
    {
        var pem = algorithm switch
        {
            "ES256" => ECDsa.Create(ECCurve.NamedCurves.nistP256).ExportPkcs8PrivateKeyPem(),
            "RS256" => RSA.Create(2048).ExportPkcs8PrivateKeyPem(),
            _ => throw new TokenKeyException($"\"{algorithm}\" is no algorithm that keys are made for", "give ES256 or RS256"),
        };
        return new TokenKeyEntry { Key = TokenKey.OfPem(pem), Pem = pem, Created = time.GetUtcNow(), LifetimeMax = TimeSpan.Zero };
    }

    // A key has no equality; its text has.
    public bool Equals(TokenKeyEntry? other) => other is not null && other.ToText() == ToText();

    public override int GetHashCode() => Pem.GetHashCode(StringComparison.Ordinal);

    internal static TokenKeyEntry Of(ReadOnlySpan<char> about, ReadOnlySpan<char> pem)
    {
        var (created, retired, lifetime) = ((DateTimeOffset?)null, (DateTimeOffset?)null, (TimeSpan?)null);
        foreach (var line in about.EnumerateLines())
        {
            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            if (colon < 0)
            {
                continue;
            }

            var value = line[(colon + 2)..];
            switch (line[..colon])
            {
                case "created":
                    created = Time(value);
                    break;
                case "retired":
                    retired = Time(value);
                    break;
                case "longest-token-seconds" when long.TryParse(value, CultureInfo.InvariantCulture, out var seconds):
                    lifetime = TimeSpan.FromSeconds(seconds);
                    break;
                default:
                    break;
            }
        }

        return new TokenKeyEntry { Key = TokenKey.OfPem(pem), Pem = pem.ToString(), Created = created, Retired = retired, LifetimeMax = lifetime };

        static DateTimeOffset? Time(ReadOnlySpan<char> text) => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
    }

    internal string ToText()
    {
        var text = new StringBuilder();
        Say("created", Created?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
        Say("retired", Retired?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
        Say("longest-token-seconds", LifetimeMax is { } lifetime ? ((long)lifetime.TotalSeconds).ToString(CultureInfo.InvariantCulture) : null);
        return text.Append(Pem).Append('\n').ToString();

        void Say(string name, string? value)
        {
            if (value is not null)
            {
                text.Append(name).Append(": ").Append(value).Append('\n');
            }
        }
    }
}
