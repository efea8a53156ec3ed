namespace Navarch.Cluster.Profiles;

/// <summary>Says which names a profile may have: they become folders, a cgroup, a node's name and a certificate's subject.</summary>
public static class ProfileName
{
    public const string Default = "navarch";

    // A node's name is a DNS label and the profile's name is the node's.
    private const int LengthMax = 40;

    /// <exception cref="ClusterException">The name is not a lower-case DNS label.</exception>
    public static string Validate(string name)
    {
        var isValid = name.Length is > 0 and <= LengthMax
            && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
            && name[0] != '-'
            && name[^1] != '-';
        return isValid
            ? name
            : throw new ClusterException(
                $"\"{name}\" cannot be a profile's name",
                $"use up to {LengthMax} lower-case letters, digits and hyphens, with a letter or digit at both ends");
    }
}
