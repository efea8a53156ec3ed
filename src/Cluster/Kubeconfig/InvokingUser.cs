using System.Globalization;
using Navarch.Cluster.Machine;

namespace Navarch.Cluster.Kubeconfig;

/// <summary>
/// The person at the keyboard. Under sudo that is not root: their kubectl reads their home folder, and a file written there
/// must be theirs.
/// </summary>
public sealed record InvokingUser(string Home, int? OwnerId, int? GroupId)
{
    public static InvokingUser Current { get; } = Detect(Environment.GetEnvironmentVariable, File.ReadLines("/etc/passwd"));

    internal static InvokingUser Detect(Func<string, string?> variable, IEnumerable<string> passwd)
    {
        var home = variable("HOME") ?? "/root";
        if (variable("SUDO_UID") is not { Length: > 0 } sudoUid || variable("SUDO_GID") is not { Length: > 0 } sudoGid)
        {
            return new InvokingUser(home, null, null);
        }

        // passwd(5): name:password:uid:gid:comment:home:shell
        var entry = passwd.Select(line => line.Split(':')).FirstOrDefault(fields => fields.Length >= 6 && fields[2] == sudoUid);
        return new InvokingUser(
            entry?[5] ?? home,
            int.Parse(sudoUid, CultureInfo.InvariantCulture),
            int.Parse(sudoGid, CultureInfo.InvariantCulture));
    }

    /// <summary>Where this user's kubectl writes: the first file of <c>$KUBECONFIG</c>, else the one in the home folder.</summary>
    public string KubeconfigPath(string? kubeconfigVariable) =>
        kubeconfigVariable?.Split(':', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault()
        ?? Path.Combine(Home, ".kube", "config");

    /// <summary>Gives a file or folder that root made for the user to the user.</summary>
    public void Own(string path)
    {
        if (OwnerId is { } owner && GroupId is { } group)
        {
            FileOwner.Set(path, owner, group);
        }
    }
}
