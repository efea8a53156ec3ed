using Navarch.Cluster.Kubeconfig;
using Navarch.Cluster.Lifecycle;
using Navarch.Cluster.Machine;
using Navarch.Cluster.Profiles;

namespace Navarch.Cluster.Certificates;

/// <summary>Gives the parts of a cluster new keys and certificates, whether it runs or not. A part that runs takes its own within seconds.</summary>
public sealed class CertificateRotation(ProfileStore profiles, IProgressReporter progress, TimeProvider time)
{
    /// <param name="names">Which; none means all but the authorities (see <see cref="AuthorityRotation"/>).</param>
    /// <returns>The names of the certificates that were issued.</returns>
    /// <exception cref="ClusterException">There is no such cluster, or no certificate of such a name.</exception>
    public async Task<IReadOnlyList<string>> RunAsync(string profileName, IReadOnlyList<string> names)
    {
        var profile = profiles.Get(ProfileName.Validate(profileName));
        var paths = profiles.PathsOf(profile.Name);
        var known = ClusterCertificates.NamesOf(profile);
        if (names.FirstOrDefault(name => !known.Contains(name)) is { } unknown)
        {
            throw new ClusterException(
                unknown switch
                {
                    ClusterCertificates.Authority => $"the authority \"{unknown}\" is replaced by itself, and with it all certificates",
                    ClusterCertificates.EtcdAuthority when known.Contains(ClusterCertificates.EtcdServer) => $"the authority \"{unknown}\" cannot be replaced: members of etcd read it when they start and never again",
                    _ => $"\"{profile.Name}\" has no certificate \"{unknown}\"",
                },
                unknown == ClusterCertificates.Authority ? "name nothing else" : $"name some of: {string.Join(", ", known)}");
        }

        using var held = ProfileLock.Acquire(paths, "certs rotate");
        return await progress.StepAsync("Issuing certificates", _ =>
        {
            var issued = new ClusterCertificates(paths, time).Ensure(profile, MachineAddresses.All(), names.Count > 0 ? names : known);
            ComponentKubeconfig.WriteAll(profile, paths);
            if (issued.Contains(ClusterCertificates.Admin))
            {
                UserContext.Refresh(profile, paths);
            }

            return Task.FromResult(issued);
        });
    }
}
