using Microsoft.Extensions.Logging;
using Navarch.Cluster.Kubeconfig;
using Navarch.Cluster.Machine;
using Navarch.Cluster.Profiles;

namespace Navarch.Cluster.Certificates;

/// <summary>
/// Renews the certificates of a cluster while it runs. Who uses them reads them again; so a cluster that nobody touches for years goes on.
/// </summary>
public sealed partial class CertificateKeeper(Profile profile, ProfilePaths paths, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Period = TimeSpan.FromDays(1);

    // A command works on the cluster: it makes what is needed itself, or is soon done.
    private static readonly TimeSpan PeriodWhileBusy = TimeSpan.FromMinutes(10);

    public async Task RunAsync(CancellationToken ct)
    {
        var wait = Period;
        while (true)
        {
            await Task.Delay(wait, time, ct);
            try
            {
                using var held = ProfileLock.Acquire(paths, "certs");
                if (Renew() is { Count: > 0 } renewed)
                {
                    LogRenewed(string.Join(", ", renewed));
                }

                wait = Period;
            }
            catch (Exception e) when (e is ClusterException or IOException or UnauthorizedAccessException)
            {
                wait = PeriodWhileBusy;
                LogFailed(e.Message);
            }
        }
    }

    /// <summary>Looks once.</summary>
    /// <returns>The names of the certificates that were issued.</returns>
    internal IReadOnlyList<string> Renew()
    {
        var renewed = new ClusterCertificates(paths, time).Ensure(profile, MachineAddresses.All());
        if (renewed.Count > 0)
        {
            ComponentKubeconfig.WriteAll(profile, paths);
        }

        return renewed;
    }

    [LoggerMessage(LogLevel.Information, "renewed certificates: {Names}")]
    private partial void LogRenewed(string names);

    [LoggerMessage(LogLevel.Warning, "certificates were not looked at: {Reason}")]
    private partial void LogFailed(string reason);
}
