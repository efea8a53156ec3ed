using Navarch.Cluster.Certificates;
using Navarch.Cluster.ControlPlanes;
using Navarch.Cluster.Encryption;
using Navarch.Cluster.Images;
using Navarch.Cluster.Kubeconfig;
using Navarch.Cluster.Machine;
using Navarch.Cluster.Profiles;

namespace Navarch.Cluster.Lifecycle;

/// <summary>
/// Brings a cluster to "its node is Ready" from whatever state it is in: never started, stopped, partly killed, running.
/// What runs is left alone; a first start that fails leaves nothing behind.
/// </summary>
public sealed class Start(ProfileStore profiles, IProgressReporter progress, TimeProvider time)
{
    // For small processes that idle most of the time. The nursery is sized by the processor's cache otherwise, which can be
    // larger than all the live data; mapping compiled code twice, writable and executable, costs 20 MiB a process,
    // and threads that spin before they sleep are most of the processor time of a cluster at rest. The C library keeps a
    // heap for each thread that ever compiled something, and what is freed in it: 8 MiB a process for nothing.
    internal static readonly IReadOnlyDictionary<string, string> RuntimeSettings = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["DOTNET_GCgen0size"] = "0x800000",
        ["DOTNET_EnableWriteXorExecute"] = "0",
        ["DOTNET_TieredPGO"] = "0",
        ["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0",
        ["MALLOC_ARENA_MAX"] = "1",
        ["MALLOC_MMAP_THRESHOLD_"] = "65536",
        ["MALLOC_TRIM_THRESHOLD_"] = "131072",
    };

    private static readonly TimeSpan ServerReadyMax = TimeSpan.FromSeconds(60);

    public async Task<StartResult> RunAsync(StartOptions options, CancellationToken ct)
    {
        var name = ProfileName.Validate(options.Profile);
        Preflight.RequireRoot("start");
        var paths = profiles.PathsOf(name);
        using var held = ProfileLock.Acquire(paths, "start");

        var present = profiles.Find(name);
        if (present is not null && new ClusterProcesses(present, paths, time).AllRun)
        {
            RefuseToMove(present, options);
            RefuseToGrow(present, options);
            RefuseToEncrypt(present, new ClusterProcesses(present, paths, time), options);
            RefuseToChangeDns(present, new ClusterProcesses(present, paths, time), options);
            return new StartResult(present, WasRunning: true, await FinishAsync(present, paths, new ClusterProcesses(present, paths, time), options, since: default, ct));
        }

        await Preflight.RequireMachineAsync(paths, progress, ct);
        var profile = present is null
            ? profiles.Plan(name, options.ApiPort, Ports.IsFree) with { ControlPlanes = Math.Max(options.ControlPlanes, 1) }
            : Moved(present, new ClusterProcesses(present, paths, time), options);
        RefuseToGrow(profile, options);
        var processes = new ClusterProcesses(profile, paths, time);
        RefuseToEncrypt(profile, processes, options);
        RefuseToChangeDns(profile, processes, options);
        if (options.RunsDns is { } runsDns)
        {
            profile = profile with { LeavesDnsToOthers = !runsDns };
        }

        if (options.KubeletPort != 0)
        {
            profile = profile with { KubeletPort = options.KubeletPort };
        }

        RequirePorts(profile, processes);
        try
        {
            var since = await LaunchAsync(profile, paths, processes, options, ct);
            return new StartResult(profile, WasRunning: false, await FinishAsync(profile, paths, processes, options, since, ct));
        }
        catch (Exception failure) when (present is null)
        {
            throw await RollBackAsync(profile, paths, failure);
        }
    }

    /// <returns>From when on the node's word counts: what it said before it was stopped says nothing of now.</returns>
    private async Task<DateTimeOffset> LaunchAsync(Profile profile, ProfilePaths paths, ClusterProcesses processes, StartOptions options, CancellationToken ct)
    {
        Directory.CreateDirectory(paths.State, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        Directory.CreateDirectory(paths.Run);
        profiles.Save(profile);
        if (profile.ControlPlanes > 1)
        {
            await EtcdProgram.EnsureAsync(paths, progress, ct);
        }

        _ = new ClusterCertificates(paths, time).Ensure(profile, MachineAddresses.All());
        ComponentKubeconfig.WriteAll(profile, paths);
        if (options.EncryptResources is { } resources)
        {
            EncryptedResources.Set(profile, paths, resources, time);
        }

        // The runtime and the control plane do not need each other: they start side by side.
        var runtime = progress.StepAsync("Starting the container runtime", async detail =>
        {
            await processes.Containerd.EnsureAsync(profile, ct);
            detail("loading the pause image");
            await new ImageLoader(processes.Containerd.Ctr, paths).EnsureAsync(PauseImage.Image(MachineArchitecture.Current), ct);
        });
        var controlPlane = profile.ControlPlanes == 1
            ? progress.StepAsync("Starting the control plane", _ => StartControlPlaneAsync(profile, paths, processes, options, ct))
            : progress.StepAsync($"Starting {profile.ControlPlanes} control planes", detail => StartControlPlanesAsync(profile, paths, processes, options, detail, ct));
        await Task.WhenAll(runtime, controlPlane);

        // Heartbeats are in whole seconds.
        var now = time.GetUtcNow();
        return Ensure(processes.Agent, "agent", profile, options) ? now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond)) : default;
    }

    private async Task StartControlPlaneAsync(Profile profile, ProfilePaths paths, ClusterProcesses processes, StartOptions options, CancellationToken ct)
    {
        Ensure(processes.Front, "server", profile, options);
        using var api = new ClusterApi(profile, paths);
        await processes.Front.WaitUntilAsync("is not ready", api.IsReadyAsync, ServerReadyMax, ct);
    }

    private async Task StartControlPlanesAsync(
        Profile profile, ProfilePaths paths, ClusterProcesses processes, StartOptions options, Action<string> detail, CancellationToken ct)
    {
        await ControlPlaneNetwork.EnsureAsync(profile, ct);
        if (processes.Front.Running is null)
        {
            // Where a supervisor runs, it alone starts what has ended: two would start it twice.
            foreach (var (_, ensure) in new ControlPlaneProcesses(profile, paths, options.Self, time).All)
            {
                ensure();
            }

            Ensure(processes.Front, "supervisor", profile, options);
        }

        foreach (var plane in ControlPlane.Of(profile))
        {
            detail($"waiting for {plane.ServerName}");
            using var server = new ClusterApi(plane.ApiAddress, paths);
            await processes.Front.WaitUntilAsync($"{plane.ServerName} is not ready", server.IsReadyAsync, ServerReadyMax, ct);
        }

        using var api = new ClusterApi(profile, paths);
        await processes.Front.WaitUntilAsync("leads nowhere", api.IsReadyAsync, ServerReadyMax, ct);
    }

    /// <returns>The kubeconfig that has the context now.</returns>
    private async Task<string> FinishAsync(
        Profile profile, ProfilePaths paths, ClusterProcesses processes, StartOptions options, DateTimeOffset since, CancellationToken ct)
    {
        await progress.StepAsync("Waiting for the node to be ready", async _ =>
        {
            using var api = new ClusterApi(profile, paths);
            await processes.Agent.WaitUntilAsync(
                $"node {profile.NodeName} is not Ready",
                async token => await api.FindNodeReadinessAsync(profile.NodeName, token) is { Status: "True" } said && said.Heartbeat >= since,
                options.ReadyMax,
                ct);
        });

        return UserContext.Merge(profile, paths);
    }

    private static bool Ensure(Processes.Daemon daemon, string command, Profile profile, StartOptions options) =>
        daemon.Ensure(options.Self[0], [.. options.Self.Skip(1), command, "--profile", profile.Name], RuntimeSettings);

    private static void RequirePorts(Profile profile, ClusterProcesses processes)
    {
        if (processes.Front.Running is null)
        {
            Preflight.RequirePort(profile.ApiPort, "the API server's", "--api-port");
        }

        if (processes.Agent.Running is null)
        {
            Preflight.RequirePort(profile.KubeletPort, "the kubelet's", "--kubelet-port");
        }
    }

    private static Profile Moved(Profile profile, ClusterProcesses processes, StartOptions options)
    {
        if (options.ApiPort == 0 || options.ApiPort == profile.ApiPort)
        {
            return profile;
        }

        if (processes.AnyRuns)
        {
            RefuseToMove(profile, options);
        }

        return profile with { ApiPort = options.ApiPort };
    }

    private static void RefuseToMove(Profile profile, StartOptions options)
    {
        if ((options.ApiPort != 0 && options.ApiPort != profile.ApiPort) || (options.KubeletPort != 0 && options.KubeletPort != profile.KubeletPort))
        {
            throw new ClusterException(
                $"\"{profile.Name}\" is running, with its API server on port {profile.ApiPort} and its kubelet on port {profile.KubeletPort}",
                $"stop it first: `sudo navarch stop -p {profile.Name}`");
        }
    }

    private static void RefuseToEncrypt(Profile profile, ClusterProcesses processes, StartOptions options)
    {
        if (options.EncryptResources is not null && processes.AnyRuns)
        {
            throw new ClusterException(
                $"\"{profile.Name}\" is running: what it encrypts is decided when its server starts", $"stop it first: `sudo navarch stop -p {profile.Name}`");
        }
    }

    private static void RefuseToChangeDns(Profile profile, ClusterProcesses processes, StartOptions options)
    {
        if (options.RunsDns is { } runs && runs == profile.LeavesDnsToOthers && processes.AnyRuns)
        {
            throw new ClusterException(
                $"\"{profile.Name}\" is running: whether it answers DNS is decided when it starts", $"stop it first: `sudo navarch stop -p {profile.Name}`");
        }
    }

    private static void RefuseToGrow(Profile profile, StartOptions options)
    {
        if (options.ControlPlanes != 0 && options.ControlPlanes != profile.ControlPlanes)
        {
            throw new ClusterException(
                $"\"{profile.Name}\" has {profile.ControlPlanes} control plane{(profile.ControlPlanes == 1 ? "" : "s")}: how many is decided by its first start",
                $"start another cluster: `sudo navarch start -p NAME --control-planes {options.ControlPlanes}`");
        }
    }

    // What the user can do about the failure is in the logs, so those alone are kept, outside of what is deleted.
    private async Task<ClusterException> RollBackAsync(Profile profile, ProfilePaths paths, Exception failure)
    {
        var kept = KeepLogs(profile, paths);
        var undone = "everything was undone";
        try
        {
            await new Delete(profiles, SilentProgress.Instance, time).RemoveAsync(profile, paths, CancellationToken.None);
        }
        catch (ClusterException left)
        {
            undone = $"not everything could be undone ({left.Message}; `sudo navarch delete -p {profile.Name}` tries again)";
        }

        var (message, advice) = failure switch
        {
            ClusterException known => (known.Message, known.Advice),
            OperationCanceledException => ("the start was interrupted", "start again when you like"),
            IOException io => (io.Message, "see that the disk is writable and not full"),
            _ => (failure.Message, "try again"),
        };
        advice = kept is null ? advice : $"{advice.Replace(paths.Logs, kept, StringComparison.Ordinal)}";
        return new ClusterException($"the cluster could not be started and {undone}: {message}", advice, failure);
    }

    private static string? KeepLogs(Profile profile, ProfilePaths paths)
    {
        if (!Directory.Exists(paths.Logs) || !Directory.EnumerateFiles(paths.Logs).Any())
        {
            return null;
        }

        try
        {
            var kept = Path.Combine(Path.GetTempPath(), $"navarch-{profile.Name}-failed-start");
            Directory.CreateDirectory(kept);
            foreach (var file in Directory.EnumerateFiles(paths.Logs))
            {
                File.Copy(file, Path.Combine(kept, Path.GetFileName(file)), overwrite: true);
            }

            return kept;
        }
        catch (IOException)
        {
            return null; // The disk is full: that is then what the failure says.
        }
    }
}
