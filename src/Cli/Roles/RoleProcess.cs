using System.CommandLine;
using Navarch.ApiServer.Pipeline;
using Navarch.Cluster;
using Navarch.Cluster.Machine;
using Navarch.Cluster.Profiles;
using Navarch.Kubelet.Server.Access;

namespace Navarch.Cli.Roles;

/// <summary>A process that plays one or more parts of a cluster until it is asked to end.</summary>
internal static class RoleProcess
{
    /// <summary>A command that runs <paramref name="run"/>.</summary>
    /// <param name="takesKubeconfig">Whether the part reaches the API server over the network, and can so be given another one.</param>
    /// <param name="takesEtcd">Whether it includes an API server, which can be given another store, and be told whom to let in.</param>
    /// <param name="electsLeader">Whether it can be one of several of which one acts.</param>
    /// <param name="isNode">Whether it includes a kubelet, which can be told whom to let in.</param>
    /// <param name="runsControllers">Whether it includes the controllers, and is told what certificates they sign.</param>
    public static Command Command(
        string name, string description, bool takesKubeconfig, Func<RoleContext, CancellationToken, Task> run, bool takesEtcd = false, bool electsLeader = false, bool isNode = false,
        bool runsControllers = false)
    {
        var profile = CommonOptions.Profile();
        var kubeconfig = CommonOptions.Kubeconfig();
        var command = new Command(name, description) { profile };
        if (takesKubeconfig)
        {
            command.Add(kubeconfig);
        }

        var (etcd, encryption, access, audit, admission) = (new EtcdOptions(), new EncryptionOptions(), new AccessOptions(), new AuditOptions(), new AdmissionOptions());
        var member = new Option<int>("--member") { Hidden = true };
        if (takesEtcd)
        {
            etcd.AddTo(command);
            encryption.AddTo(command);
            access.AddTo(command);
            audit.AddTo(command);
            admission.AddTo(command);
            command.Add(member);
        }

        var nodeAccess = new NodeAccessOptions();
        if (isNode)
        {
            nodeAccess.AddTo(command);
        }

        var elects = new Option<bool>("--leader-elect")
        {
            Description = "Act only while holding the lease of the part: there may be several of it.",
            HelpName = "BOOL",
            DefaultValueFactory = _ => true,
        };
        if (electsLeader)
        {
            command.Add(elects);
        }

        var signing = new SigningOptions();
        if (runsControllers)
        {
            signing.AddTo(command);
        }

        command.SetAction(async (arguments, ct) =>
        {
            if (DescriptorLimit.Current < DescriptorLimit.Least)
            {
                throw new ClusterException(
                    $"only {DescriptorLimit.Current} files and connections may be open at once here; {DescriptorLimit.Least} are the least, and ten times that is usual",
                    "raise the limit of open files: `ulimit -Hn 1048576` as root, or LimitNOFILE= of the systemd unit");
            }

            var store = new ProfileStore();
            var found = store.Get(ProfileName.Validate(arguments.GetValue(profile)!));
            using var logs = LineLog.Factory(TimeProvider.System);
            var context = new RoleContext(
                found, store.PathsOf(found.Name), takesKubeconfig ? arguments.GetValue(kubeconfig)! : "", logs, TimeProvider.System)
            {
                Etcd = takesEtcd ? etcd.Read(arguments) : null,
                Audit = takesEtcd ? audit.Read(arguments) : null,
                EncryptResources = takesEtcd ? encryption.Read(arguments) : null,
                Member = takesEtcd ? arguments.GetValue(member) : 0,
                NodeAccess = isNode ? nodeAccess.Read(arguments) : new AccessConfig(),
                Signing = config => runsControllers ? signing.Apply(arguments, config) : config,
                ElectsLeader = !electsLeader || arguments.GetValue(elects),
                Access = config => takesEtcd ? access.Apply(arguments, config) with { Admission = admission.Read(arguments) } : config,
            };
            try
            {
                await TogetherAsync(ct, stop => run(context, stop), IdleMemoryAsync);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                // Asked to end.
            }

            return 0;
        });
        return command;
    }

    private static async Task IdleMemoryAsync(CancellationToken ct)
    {
        await IdleMemory.ReturnOnceSettledAsync(TimeProvider.System, ct);
        await Task.Delay(Timeout.Infinite, ct);
    }

    /// <summary>Runs parts that live and end together: what ends first, ends the others, and says why.</summary>
    public static async Task TogetherAsync(CancellationToken ct, params IReadOnlyList<Func<CancellationToken, Task>> parts)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var running = parts.Select(part => Task.Run(() => part(stop.Token), stop.Token)).ToList();
        var first = await Task.WhenAny(running);
        await stop.CancelAsync();
        try
        {
            await Task.WhenAll(running);
        }
        catch (OperationCanceledException) when (!first.IsCanceled)
        {
            await first; // The others were only told to end.
        }
    }
}
