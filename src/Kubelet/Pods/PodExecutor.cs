using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Api.Nodes.V1;
using Navarch.Client;
using Navarch.Kubelet.Cri;
using Navarch.Kubelet.Cri.V1;
using Navarch.Kubelet.Kernel;
using Navarch.Kubelet.Volumes;
using Container = Navarch.Api.Core.V1.Container;

namespace Navarch.Kubelet.Pods;

/// <summary>
/// Carries out the steps of one pod's plans. What a step brings, beyond what the runtime shows, is a change of the pod's
/// memory; a step that fails is such a change too, so that the next plan knows of it.
/// </summary>
internal sealed class PodExecutor(PodContext context, Action changed) : IAsyncDisposable
{
    private static readonly TimeSpan PostStartLimit = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan StopMin = TimeSpan.FromSeconds(2); // What a container has after its preStop hook, at least.
    private static readonly TimeSpan RetryDelayMax = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CgroupRetry = TimeSpan.FromMilliseconds(20);
    private const int CgroupTriesMax = 100;
    private const int WatchesMax = 200; // Of each kind.

    private readonly Images _images = new(context.Runtime, context.Events, context.Time);
    private readonly LifecycleHooks _hooks = new(context.Prober, context.Time);
    private readonly SandboxConfigs _sandboxes = new(context.Config, context.Cgroups, context.Logs);
    private readonly ContainerMounts _mounts = new(context.Directories);
    private readonly Dictionary<(string Volume, string Path), PodVolumes.Token> _tokens = [];
    private readonly List<IAsyncDisposable> _watches = [];
    private IReadOnlyDictionary<string, string> _volumePaths = new Dictionary<string, string>();

    /// <summary>When volumes must be looked at again although nothing changed: a token is about to end.</summary>
    public DateTimeOffset? RefreshAt { get; private set; }

    /// <returns>The change of what is remembered of the pod.</returns>
    public async Task<Func<PodMemory, PodMemory>> ExecuteAsync(PodAction action, PodView view, CancellationToken ct)
    {
        switch (action)
        {
            case PodAction.SetUp:
                return await SetUpAsync(view, ct);
            case PodAction.StartSandbox start:
                return await StartSandboxAsync(view, start, ct);
            case PodAction.StartContainer start:
                return await StartContainerAsync(view, start, ct);
            case PodAction.ReportPullBackoff report:
                return ReportPullBackoff(view, report);
            case PodAction.ReportCrashBackoff report:
                return ReportCrashBackoff(view, report);
            case PodAction.StopContainer stop:
                context.Events.Normal(view.Pod, "Killing", stop.Message, view.FindContainer(stop.Container.Name));
                await StopAsync(view, stop.Container, stop.Grace, ct);
                return Unchanged;
            case PodAction.StopPod stop:
                return await StopPodAsync(view, stop, ct);
            case PodAction.StopSandbox stop:
                await context.Runtime.StopPodSandboxAsync(stop.Id, ct);
                return Unchanged;
            case PodAction.RemoveContainer remove:
                await context.Runtime.RemoveContainerAsync(remove.Container.Id, ct);
                RemoveLog(view.Pod, remove.Container);
                return Unchanged;
            case PodAction.RemoveSandbox remove:
                await context.Runtime.RemovePodSandboxAsync(remove.Id, ct);
                return Unchanged;
            case PodAction.TearDown:
                await TearDownAsync(view, ct);
                return memory => memory with { IsTornDown = true, IsSetUp = false };
            case PodAction.DeleteObject:
                await DeleteAsync(view.Pod, ct);
                return memory => memory with { IsObjectDeleted = true };
            default:
                throw new InvalidOperationException($"no such action: {action}");
        }
    }

    /// <summary>Brings what changed in the API into the pod's volumes.</summary>
    /// <exception cref="VolumeException">Not now; what the volumes show stays as it is.</exception>
    public async Task RefreshVolumesAsync(PodView view, CancellationToken ct)
    {
        (_volumePaths, RefreshAt) = await context.Volumes.SetUpAsync(view.Pod, FieldsOf(view), _tokens, ct);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var watch in _watches)
        {
            await watch.DisposeAsync();
        }
        _watches.Clear();
    }

    private static PodMemory Unchanged(PodMemory memory) => memory;

    private async Task<Func<PodMemory, PodMemory>> SetUpAsync(PodView view, CancellationToken ct)
    {
        var pod = view.Pod;
        try
        {
            WatchReferences(pod);
            Directory.CreateDirectory(context.Directories.OfPod(pod.Metadata.UID));
            // Others of the machine must not look into pods.
            File.SetUnixFileMode(context.Directories.OfPod(pod.Metadata.UID), (UnixFileMode)0b111_101_000);
            if (context.Cgroups.Driver == Cgroups.CgroupDriver.Cgroupfs)
            {
                context.CgroupTree.Ensure(context.Cgroups.OfPod(PodResources.QosClass(pod.Spec), pod.Metadata.UID), PodResources.OfPod(pod.Spec));
            }
            await RefreshVolumesAsync(view, ct);
            return memory => memory with { IsSetUp = true, Obstacle = null };
        }
        catch (Exception e) when (e is VolumeException or IOException or UnauthorizedAccessException)
        {
            context.Events.Warning(pod, "FailedMount", e.Message);
            var now = context.Time.GetUtcNow();
            return memory => memory with { Obstacle = Obstacle.Next(memory.Obstacle, e.Message, now) };
        }
    }

    private void WatchReferences(Pod pod)
    {
        if (_watches.Count > 0)
        {
            return;
        }
        var (maps, secrets) = NodeObjects.ReferencesOf(pod.Spec);
        // A pod can name tens of thousands, and others need theirs.
        _watches.AddRange(maps.Take(WatchesMax).Select(name => context.Objects.ConfigMaps.Watch(new NamespacedName(pod.Metadata.Namespace, name), changed)));
        _watches.AddRange(secrets.Take(WatchesMax).Select(name => context.Objects.Secrets.Watch(new NamespacedName(pod.Metadata.Namespace, name), changed)));
    }

    private async Task<Func<PodMemory, PodMemory>> StartSandboxAsync(PodView view, PodAction.StartSandbox start, CancellationToken ct)
    {
        var pod = view.Pod;
        try
        {
            var handler = await HandlerAsync(pod, ct);
            var config = _sandboxes.Of(pod, start.Attempt, HostResolver());
            Directory.CreateDirectory(config.LogDirectory);
            await context.Runtime.RunPodSandboxAsync(config, handler, ct);
            return memory => memory with { Obstacle = null };
        }
        catch (Exception e) when (e is CriException or ConfigurationException or IOException or UnauthorizedAccessException)
        {
            var message = (e as CriException)?.Description ?? e.Message;
            context.Events.Warning(pod, "FailedCreatePodSandBox", $"Failed to create pod sandbox: {message}");
            var now = context.Time.GetUtcNow();
            return memory => memory with { Obstacle = Obstacle.Next(memory.Obstacle, message, now) };
        }
    }

    /// <summary>The runtime's name for what the pod is to be run by; empty for the usual.</summary>
    /// <exception cref="ConfigurationException">The pod asks for a fence that is not there.</exception>
    private async Task<string> HandlerAsync(Pod pod, CancellationToken ct)
    {
        if (pod.Spec.HostUsers == false)
        {
            throw new ConfigurationException("the container runtime does not support user namespaces");
        }
        if (string.IsNullOrEmpty(pod.Spec.RuntimeClassName))
        {
            return "";
        }
        var type = await context.Client.FindAsync<RuntimeClass>(new NamespacedName("", pod.Spec.RuntimeClassName), ct);
        return type?.Handler ?? throw new ConfigurationException($"RuntimeClass \"{pod.Spec.RuntimeClassName}\" not found");
    }

    private async Task<Func<PodMemory, PodMemory>> StartContainerAsync(PodView view, PodAction.StartContainer start, CancellationToken ct)
    {
        var (pod, name) = (view.Pod, start.Name);
        var container = view.FindContainer(name)!;
        var sandbox = view.Runtime.Sandbox!;
        var sandboxConfig = _sandboxes.Of(pod, sandbox.Attempt, HostResolver());
        try
        {
            var secrets = await PullSecretsAsync(pod, ct);
            var image = await _images.EnsureAsync(pod, container, secrets, sandboxConfig, ct);
            SecurityRules.RequireNonRoot(pod, container, image.Uid?.Value, image.Username);
            var environment = await EnvironmentAsync(view, container, ct);
            WriteHosts(pod, sandbox);
            var mounts = _mounts.Of(pod, container, start.Attempt, _volumePaths, environment);
            var config = context.ContainerConfigs.Of(pod, container, start.Attempt, image.Id, environment, mounts);
            if (TargetOf(view, name) is { } target)
            {
                config.Linux.SecurityContext.NamespaceOptions.Pid = NamespaceMode.Target;
                config.Linux.SecurityContext.NamespaceOptions.TargetId = target.Id;
            }
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(sandboxConfig.LogDirectory, config.LogPath))!);

            var id = await CreateAsync(pod, container, sandbox.Id, config, sandboxConfig, ct);
            await StartAsync(pod, container, id, ct);
            await PostStartAsync(view, container, id, ct);
            return memory => memory with
            {
                Failures = memory.Failures.Remove(name),
                Crashes = start.Backoff is { } backoff ? memory.Crashes.SetItem(name, backoff) : memory.Crashes,
            };
        }
        catch (ImageException e)
        {
            return memory => memory with { Failures = memory.Failures.SetItem(name, Next(memory, name, e.Reason, e.Message, e.IsPull)) };
        }
        catch (ConfigurationException e)
        {
            context.Events.Warning(pod, "Failed", $"Error: {e.Message}", container);
            return memory => memory with { Failures = memory.Failures.SetItem(name, Next(memory, name, Reasons.CreateContainerConfigError, e.Message)) };
        }
        catch (StartException e)
        {
            return memory => memory with
            {
                Failures = memory.Failures.SetItem(name, Next(memory, name, e.Reason, e.Message)),
                Crashes = start.Backoff is { } backoff ? memory.Crashes.SetItem(name, backoff) : memory.Crashes,
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            context.Events.Warning(pod, "Failed", $"Error: {e.Message}", container);
            return memory => memory with { Failures = memory.Failures.SetItem(name, Next(memory, name, Reasons.CreateContainerError, e.Message)) };
        }
    }

    /// <summary>The container whose processes an ephemeral one is to see; null where it names none.</summary>
    /// <exception cref="ConfigurationException">It does not run.</exception>
    private static RuntimeContainer? TargetOf(PodView view, string name)
    {
        var target = view.Spec.EphemeralContainers.FirstOrDefault(container => container.Name == name)?.TargetContainerName ?? "";
        return target.Length == 0 ? null
            : view.Runtime.FindCurrent(target) is { State: RuntimeState.Running } run ? run
            : throw new ConfigurationException($"unable to find target container \"{target}\"");
    }

    /// <summary>The next failure of a container: the same again waits twice as long.</summary>
    private StartFailure Next(PodMemory memory, string name, string reason, string message, bool isPull = false)
    {
        var before = memory.Failures.GetValueOrDefault(name);
        var (first, last) = isPull ? (CrashBackoff.DelayMin, CrashBackoff.DelayMax) : (TimeSpan.FromSeconds(1), RetryDelayMax);
        var repeats = before is not null && (before.Reason == reason || (before.Pull && isPull));
        var delay = repeats ? before!.Delay * 2 : first;
        return new StartFailure(reason, message, delay < last ? delay : last, context.Time.GetUtcNow(), isPull);
    }

    private async Task<string> CreateAsync(
        Pod pod, Container container, string sandboxId, ContainerConfig config, PodSandboxConfig sandboxConfig, CancellationToken ct)
    {
        try
        {
            var id = await context.Runtime.CreateContainerAsync(sandboxId, config, sandboxConfig, ct);
            context.Events.Normal(pod, "Created", $"Created container: {container.Name}", container);
            return id;
        }
        catch (CriException e)
        {
            context.Events.Warning(pod, "Failed", $"Error: {e.Message}", container);
            throw new StartException(Reasons.CreateContainerError, e.Message);
        }
    }

    private async Task StartAsync(Pod pod, Container container, string id, CancellationToken ct)
    {
        try
        {
            await context.Runtime.StartContainerAsync(id, ct);
            context.Events.Normal(pod, "Started", $"Started container {container.Name}", container);
        }
        catch (CriException e)
        {
            context.Events.Warning(pod, "Failed", $"Error: {e.Message}", container);
            throw new StartException(Reasons.RunContainerError, e.Message);
        }
    }

    private async Task PostStartAsync(PodView view, Container container, string id, CancellationToken ct)
    {
        if (container.Lifecycle?.PostStart is not { } hook)
        {
            return;
        }
        if (await _hooks.RunAsync(hook, container, id, view.Runtime.Sandbox!.IPs.FirstOrDefault() ?? context.Config.NodeIP, PostStartLimit, ct) is { } problem)
        {
            context.Events.Warning(view.Pod, "FailedPostStartHook", $"PostStartHook failed: {problem}", container);
            await context.Runtime.StopContainerAsync(id, PodPlan.GraceOf(view.Pod), ct);
            throw new StartException(Reasons.PostStartHookError, problem);
        }
    }

    private async Task<List<Secret>> PullSecretsAsync(Pod pod, CancellationToken ct)
    {
        var secrets = new List<Secret>();
        foreach (var reference in pod.Spec.ImagePullSecrets)
        {
            // A missing one is no error: the image may be public, or there already.
            if (await context.Client.FindAsync<Secret>(new NamespacedName(pod.Metadata.Namespace, reference.Name), ct) is { } secret)
            {
                secrets.Add(secret);
            }
        }
        return secrets;
    }

    private async Task<Dictionary<string, string>> EnvironmentAsync(PodView view, Container container, CancellationToken ct)
    {
        var @namespace = view.Pod.Metadata.Namespace;
        var (mapNames, secretNames) = NodeObjects.ReferencesOf(new PodSpec { Containers = [container] });
        var maps = new Dictionary<string, ConfigMap?>(StringComparer.Ordinal);
        foreach (var name in mapNames)
        {
            maps[name] = await context.Objects.ConfigMaps.FindAsync(new NamespacedName(@namespace, name), ct);
        }
        var secrets = new Dictionary<string, Secret?>(StringComparer.Ordinal);
        foreach (var name in secretNames)
        {
            secrets[name] = await context.Objects.Secrets.FindAsync(new NamespacedName(@namespace, name), ct);
        }
        await context.Services.WaitForSyncAsync(ct);
        var services = ServiceVariables.Of(context.Services.Snapshot.Items, @namespace, view.Spec.EnableServiceLinks ?? true);
        return new ContainerEnvironment(view.Pod, FieldsOf(view), services, maps, secrets).Of(container);
    }

    private PodFields FieldsOf(PodView view)
    {
        IReadOnlyList<string> ips = view.Spec.HostNetwork ? context.HostIPs : view.Runtime.Sandbox?.IPs ?? [];
        return new PodFields(view.Pod, ips, context.HostIPs, context.Node.Capacity);
    }

    private ResolvConf HostResolver()
    {
        try
        {
            return ResolvConf.Parse(File.ReadAllText(context.Config.ResolvConf));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ResolvConf.Empty; // A node without a resolver still runs pods.
        }
    }

    private void WriteHosts(Pod pod, RuntimeSandbox sandbox)
    {
        var host = pod.Spec.HostNetwork && File.Exists("/etc/hosts") ? File.ReadAllText("/etc/hosts") : "";
        var text = PodNetwork.HostsText(pod, context.Config, sandbox.IPs, host);
        var path = context.Directories.Hosts(pod.Metadata.UID);
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        // The length first: containers can write to it, as much as the disk holds.
        if (new FileInfo(path) is not { Exists: true } file || file.Length != bytes.Length || !File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes))
        {
            File.WriteAllBytes(path, bytes); // In place: containers have this very file.
            File.SetUnixFileMode(path, (UnixFileMode)0b110_100_100);
        }
    }

    private Func<PodMemory, PodMemory> ReportPullBackoff(PodView view, PodAction.ReportPullBackoff report)
    {
        var container = view.FindContainer(report.Name)!;
        var message = $"Back-off pulling image \"{container.Image}\"";
        context.Events.Normal(view.Pod, "BackOff", message, container);
        context.Events.Warning(view.Pod, "Failed", $"Error: {Reasons.ImagePullBackOff}", container);
        return memory => memory.Failures.TryGetValue(report.Name, out var failure)
            ? memory with
            {
                Failures = memory.Failures.SetItem(
                    report.Name, failure with { Reason = Reasons.ImagePullBackOff, Message = $"{message}: {failure.Reason}: {failure.Message}" }),
            }
            : memory;
    }

    private Func<PodMemory, PodMemory> ReportCrashBackoff(PodView view, PodAction.ReportCrashBackoff report)
    {
        context.Events.Warning(
            view.Pod, "BackOff", $"Back-off restarting failed container {report.Name} in pod {PodPlan.Describe(view.Pod)}", view.FindContainer(report.Name));
        var failure = new StartFailure(Reasons.CrashLoopBackOff, report.Message, TimeSpan.Zero, context.Time.GetUtcNow());
        return memory => memory with { Failures = memory.Failures.SetItem(report.Name, failure) };
    }

    private async Task<Func<PodMemory, PodMemory>> StopPodAsync(PodView view, PodAction.StopPod stop, CancellationToken ct)
    {
        foreach (var container in stop.Containers.Concat(stop.Sidecars))
        {
            context.Events.Normal(view.Pod, "Killing", $"Stopping container {container.Name}", view.FindContainer(container.Name));
        }
        var deadline = context.Time.GetUtcNow() + stop.Grace;
        await Task.WhenAll(stop.Containers.Select(container => StopAsync(view, container, stop.Grace, ct)));
        foreach (var sidecar in stop.Sidecars)
        {
            var left = deadline - context.Time.GetUtcNow();
            await StopAsync(view, sidecar, left > StopMin ? left : StopMin, ct);
        }
        return Unchanged;
    }

    private async Task StopAsync(PodView view, RuntimeContainer container, TimeSpan grace, CancellationToken ct)
    {
        if (view.FindContainer(container.Name) is { Lifecycle.PreStop: { } hook } definition && container.State == RuntimeState.Running)
        {
            var began = context.Time.GetUtcNow();
            var problem = await _hooks.RunAsync(hook, definition, container.Id, view.Runtime.Sandbox?.IPs.FirstOrDefault() ?? context.Config.NodeIP, grace, ct);
            if (problem is not null)
            {
                context.Events.Warning(view.Pod, "FailedPreStopHook", $"PreStopHook failed: {problem}", definition);
            }
            grace -= context.Time.GetUtcNow() - began;
            grace = grace > StopMin ? grace : StopMin;
        }
        await context.Runtime.StopContainerAsync(container.Id, grace, ct);
    }

    private async Task TearDownAsync(PodView view, CancellationToken ct)
    {
        var uid = view.Pod.Metadata.UID;
        await DisposeAsync();
        _tokens.Clear();
        RefreshAt = null;
        context.Volumes.TearDown(uid);
        if (context.Cgroups.Driver == Cgroups.CgroupDriver.Cgroupfs)
        {
            var group = context.Cgroups.OfPod(PodResources.QosClass(view.Spec), uid);
            // The kernel needs a moment to bury the last process.
            for (var tries = 0; !context.CgroupTree.TryRemove(group) && tries < CgroupTriesMax; tries++)
            {
                await Task.Delay(CgroupRetry, context.Time, ct);
            }
        }
        if (view.IsGone || view.Pod.Metadata.DeletionTimestamp is not null)
        {
            HostileTree.Remove(context.Logs.PodDirectory(view.Pod.Metadata.Namespace, view.Pod.Metadata.Name, uid));
        }
    }

    private void RemoveLog(Pod pod, RuntimeContainer container)
    {
        var path = Path.Combine(
            context.Logs.PodDirectory(pod.Metadata.Namespace, pod.Metadata.Name, pod.Metadata.UID), Logs.LogFiles.ContainerFile(container.Name, container.Attempt));
        if (Directory.Exists(Path.GetDirectoryName(path)))
        {
            foreach (var file in Directory.GetFiles(Path.GetDirectoryName(path)!).Where(file => file == path || file.StartsWith(path + ".", StringComparison.Ordinal)))
            {
                File.Delete(file);
            }
        }
    }

    private async Task DeleteAsync(Pod pod, CancellationToken ct)
    {
        // Watchers must see how the pod ended before they see it gone.
        await context.Statuses.FlushAsync(pod.Metadata.UID, ct);
        try
        {
            await context.Client.DeleteAsync<Pod>(
                NamespacedName.Of(pod),
                new DeleteOptions { GracePeriodSeconds = 0, Preconditions = new Api.Meta.V1.Preconditions { UID = pod.Metadata.UID } },
                ct);
        }
        catch (ApiException e) when (e.IsNotFound || e.IsConflict)
        {
            // Gone already, or another pod of that name by now.
        }
    }

    /// <summary>The runtime could not make or start a container.</summary>
    private sealed class StartException(string reason, string message) : Exception(message)
    {
        public string Reason => reason;
    }
}
