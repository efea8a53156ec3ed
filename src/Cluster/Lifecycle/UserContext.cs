using Navarch.Cluster.Certificates;
using Navarch.Cluster.Kubeconfig;
using Navarch.Cluster.Profiles;

namespace Navarch.Cluster.Lifecycle;

/// <summary>The cluster's context in the kubeconfig of the person at the keyboard.</summary>
public static class UserContext
{
    /// <returns>The file that has the context now.</returns>
    public static string Merge(Profile profile, ProfilePaths paths)
    {
        var file = File();
        file.Merge(profile.ContextName, ComponentKubeconfig.Entry.Read(profile, paths, ClusterCertificates.Admin));
        return file.Path;
    }

    /// <summary>The user's kubeconfig, whether it exists or not.</summary>
    public static string Path => File().Path;

    /// <summary>Puts the administrator's new certificate where the user has the context; which one is current stays as it is.</summary>
    public static void Refresh(Profile profile, ProfilePaths paths)
    {
        var file = File();
        if (file.Contains(profile.ContextName))
        {
            file.Merge(profile.ContextName, ComponentKubeconfig.Entry.Read(profile, paths, ClusterCertificates.Admin), isToBeCurrent: false);
        }
    }

    public static void Remove(string context) => File().Remove(context);

    private static KubeconfigFile File() =>
        new(InvokingUser.Current.KubeconfigPath(Environment.GetEnvironmentVariable("KUBECONFIG")), InvokingUser.Current);
}
