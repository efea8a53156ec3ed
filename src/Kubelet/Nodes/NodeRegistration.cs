using Microsoft.Extensions.Logging;
using Navarch.Api.Core.V1;
using Navarch.Client;
using Navarch.Kubelet.Cri;
using Navarch.Kubelet.Cri.V1;
using Navarch.Kubelet.Pods;

namespace Navarch.Kubelet.Nodes;

/// <summary>
/// Keeps the node's object true: made if it is missing, its status written when something changed and, changed or not,
/// every five minutes. That the node is alive is told by its lease, which costs the server far less.
/// </summary>
internal sealed partial class NodeRegistration(
    NodeView view, Machine machine, IRuntime runtime, RuntimeCache cache, IClient client, EventRecorder events, Func<int> port, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan ReportPeriod = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(10);

    // Until the node is ready every look may be the one that lets the first pod start.
    private static readonly TimeSpan LookPeriodUnready = TimeSpan.FromMilliseconds(250);

    private Node? _stored;
    private DateTimeOffset _reportedAt;
    private VersionResponse? _version;
    private readonly TaskCompletionSource<Node> _registered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The node's object, once the server has it.</summary>
    public Task<Node> Registered => _registered.Task;

    /// <summary>Name of the runtime, the scheme of container IDs.</summary>
    public string RuntimeName => _version?.RuntimeName ?? "containerd";

    public bool IsReady { get; private set; }

    public async Task RunAsync(CancellationToken ct)
    {
        while (true)
        {
            try
            {
                await ReportAsync(ct);
            }
            catch (Exception e) when (!ct.IsCancellationRequested && (e is ApiException || e.IsTransient))
            {
                LogFailed(log, e.Message);
                _stored = null; // Whatever it was, the next attempt starts from what the server has.
            }
            await Task.Delay(IsReady ? LookPeriod : LookPeriodUnready, time, ct);
        }
    }

    private async Task ReportAsync(CancellationToken ct)
    {
        var health = await LookAsync(ct);
        var now = time.GetUtcNow();
        _stored ??= await FindOrCreateAsync(ct);
        _registered.TrySetResult(_stored);
        var isDue = now - _reportedAt >= ReportPeriod;
        var images = isDue && health.RuntimeError is null ? await runtime.ListImagesAsync(ct) : [];
        var status = view.StatusOf(_stored.Status, health, _version, port(), images, now);
        if (!isDue)
        {
            status = status with { Images = _stored.Status.Images };
        }
        if (isDue || !IsSame(status, _stored.Status))
        {
            var wasReady = IsReady;
            _stored = await UpdateAsync(status, ct);
            _reportedAt = now;
            IsReady = health is { RuntimeError: null, NetworkError: null };
            if (wasReady != IsReady)
            {
                var (reason, text) = IsReady ? ("NodeReady", "NodeReady") : ("NodeNotReady", "NodeNotReady");
                events.Normal(_stored, reason, $"Node {_stored.Metadata.Name} status is now: {text}");
            }
        }
    }

    private async Task<NodeHealth> LookAsync(CancellationToken ct)
    {
        string? runtimeError = null;
        string? networkError = null;
        try
        {
            _version ??= await runtime.VersionAsync(ct);
            foreach (var condition in (await runtime.StatusAsync(ct)).Conditions.Where(condition => !condition.Status))
            {
                var text = $"{condition.Type}=false reason:{condition.Reason} message:{condition.Message}";
                if (condition.Type == "NetworkReady")
                {
                    networkError = text;
                }
                else
                {
                    runtimeError = text;
                }
            }
        }
        catch (CriException e)
        {
            runtimeError = e.Description;
            _version = null; // It may come back as another version.
        }
        runtimeError ??= cache.Error;
        return NodeHealth.Of(runtimeError, networkError, machine.MemoryAvailableBytes, machine.Disk(), Machine.Processes());
    }

    private async Task<Node> FindOrCreateAsync(CancellationToken ct)
    {
        var wanted = view.New();
        if (await client.FindAsync<Node>(NamespacedName.Of(wanted), ct) is not { } found)
        {
            try
            {
                return await client.CreateAsync(wanted, ct);
            }
            catch (ApiException e) when (e.IsAlreadyExists)
            {
                found = await client.GetAsync<Node>(NamespacedName.Of(wanted), ct);
            }
        }
        var labels = found.Metadata.Labels;
        foreach (var (key, value) in wanted.Metadata.Labels)
        {
            labels = labels.With(key, value);
        }
        return labels == found.Metadata.Labels
            ? found
            : await client.UpdateAsync(found with { Metadata = found.Metadata with { Labels = labels } }, ct);
    }

    private async Task<Node> UpdateAsync(NodeStatus status, CancellationToken ct)
    {
        try
        {
            return await client.UpdateStatusAsync(_stored! with { Status = status }, ct);
        }
        catch (ApiException e) when (e.IsConflict)
        {
            // Controllers write to nodes too (addresses of pods, taints); what they own of the status is kept.
            var now = await client.GetAsync<Node>(NamespacedName.Of(_stored!), ct);
            return await client.UpdateStatusAsync(
                now with { Status = status with { VolumesAttached = now.Status.VolumesAttached, Conditions = Merge(now.Status.Conditions, status.Conditions) } }, ct);
        }
    }

    private static IReadOnlyList<NodeCondition> Merge(IReadOnlyList<NodeCondition> newest, IReadOnlyList<NodeCondition> wanted) =>
        [.. newest.Where(condition => wanted.All(mine => mine.Type != condition.Type)), .. wanted];

    /// <summary>Whether two statuses differ in nothing but the time of the heartbeat.</summary>
    private static bool IsSame(NodeStatus left, NodeStatus right) => Undated(left) == Undated(right);

    private static NodeStatus Undated(NodeStatus status) =>
        status with { Conditions = [.. status.Conditions.Select(condition => condition with { LastHeartbeatTime = null })] };

    [LoggerMessage(Level = LogLevel.Warning, Message = "The node's status was not written: {Cause}")]
    private static partial void LogFailed(ILogger log, string cause);
}
