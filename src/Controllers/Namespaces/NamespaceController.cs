using Navarch.Api.Core.V1;
using Navarch.Client;

namespace Navarch.Controllers;

/// <summary>Empties namespaces that are being deleted, says in their conditions what holds them up, and lets them go when they are empty.</summary>
public sealed class NamespaceController(Informer<Namespace> namespaces, Informer<Pod> pods, IClient client, TimeProvider time) : IReconciler
{
    private const string Finalizer = "kubernetes";

    // For what no informer here tells the end of. Pods, which take longest, do tell.
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(5);

    public string Name => "namespace";

    public IEnumerable<Trigger> Triggers =>
    [
        Trigger.On(namespaces),
        Trigger.On(pods, pod => pod.IsBeingDeleted && namespaces.Find(new("", pod.Metadata.Namespace)) is { IsTerminating: true }
            ? [new NamespacedName("", pod.Metadata.Namespace)] : []),
    ];

    public async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken ct)
    {
        if (!namespaces.TryGet(key, out var found) || !found.IsTerminating || !found.Spec.Finalizers.Contains(Finalizer))
        {
            return ReconcileResult.Done;
        }

        var content = await NamespaceContent.DeleteAsync(client, key.Name, ct);
        var status = found.Status with { Phase = NamespacePhase.NamespaceTerminating, Conditions = Conditions(found, content, time.GetUtcNow()) };
        if (status != found.Status)
        {
            found = await client.UpdateStatusAsync(found with { Status = status }, ct);
        }

        if (!content.IsGone)
        {
            return ReconcileResult.After(LookAgainAfter);
        }

        await client.UpdateSubresourceAsync(
            found with { Spec = found.Spec with { Finalizers = [.. found.Spec.Finalizers.Where(name => name != Finalizer)] } }, "finalize", ct);
        return ReconcileResult.Done;
    }

    /// <summary>What holds the deletion up, for people to read; the times change only with the states.</summary>
    internal static IReadOnlyList<NamespaceCondition> Conditions(Namespace found, NamespaceContent content, DateTimeOffset now)
    {
        // Of each sort: what is named, and how many objects.
        string Listed(IReadOnlyDictionary<string, int> counts, string form) =>
            string.Join(", ", counts.Select(entry => string.Format(System.Globalization.CultureInfo.InvariantCulture, form, entry.Key, entry.Value)));

        NamespaceCondition[] wanted =
        [
            new() { Type = NamespaceConditionType.NamespaceDeletionDiscoveryFailure, Status = "False", Reason = "ResourcesDiscovered", Message = "All resources successfully discovered" },
            new() { Type = NamespaceConditionType.NamespaceDeletionGVParsingFailure, Status = "False", Reason = "ParsedGroupVersions", Message = "All legacy kube types successfully parsed" },
            content.Failures.Count == 0
                ? new() { Type = NamespaceConditionType.NamespaceDeletionContentFailure, Status = "False", Reason = "ContentDeleted", Message = "All content successfully deleted, may be waiting on finalization" }
                : new() { Type = NamespaceConditionType.NamespaceDeletionContentFailure, Status = "True", Reason = "ContentDeletionFailed", Message = $"Failed to delete all resource types, {content.Failures.Count} remaining: {string.Join(", ", content.Failures)}" },
            content.Remaining.Count == 0
                ? new() { Type = NamespaceConditionType.NamespaceContentRemaining, Status = "False", Reason = "ContentRemoved", Message = "All content successfully removed" }
                : new() { Type = NamespaceConditionType.NamespaceContentRemaining, Status = "True", Reason = "SomeResourcesRemain", Message = $"Some resources are remaining: {Listed(content.Remaining, "{0} has {1} resource instances")}" },
            content.Finalizers.Count == 0
                ? new() { Type = NamespaceConditionType.NamespaceFinalizersRemaining, Status = "False", Reason = "ContentHasNoFinalizers", Message = "All content-preserving finalizers finished" }
                : new() { Type = NamespaceConditionType.NamespaceFinalizersRemaining, Status = "True", Reason = "SomeFinalizersRemain", Message = $"Some content in the namespace has finalizers remaining: {Listed(content.Finalizers, "{0} in {1} resource instances")}" },
        ];
        return
        [
            .. found.Status.Conditions.Where(known => !wanted.Any(condition => condition.Type == known.Type)),
            .. wanted.Select(condition =>
            {
                var known = found.Status.Conditions.FirstOrDefault(other => other.Type == condition.Type);
                return condition with { LastTransitionTime = known?.Status == condition.Status ? known.LastTransitionTime : now };
            }),
        ];
    }
}
