using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Api.Policy.V1;
using Navarch.Api.Protobuf;
using Navarch.ApiServer.Admission.Webhooks;
using Navarch.ApiServer.Authorization.Nodes;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.WatchCache;
using Navarch.Machinery.Errors;
using Navarch.Machinery.Selectors;

namespace Navarch.ApiServer.Handlers;

/// <summary>POST of <c>pods/NAME/eviction</c>: a delete that asks the pod's disruption budget first.</summary>
internal sealed class EvictionSubresource(ObjectWriter objects, Catalog catalog, TimeProvider time) : ObjectSubresource
{
    private const int DisruptedPodsMax = 2000;

    private static readonly Status Done = new() { StatusValue = "Success", Code = 201 };
    private static readonly BodyForm<Eviction> Form = new("policy", "v1", static eviction => eviction.Metadata);

    public override SubresourceType? Describe(Kind kind) =>
        kind.Type == Pod.ResourceType ? new SubresourceType("eviction", "policy", "v1", "Eviction", "create") : null;

    protected override byte[] JsonOf(ApiProto.Envelope envelope) => BodyDecoder.JsonOf<Eviction>(envelope);

    public override async Task<SubresourceAnswer> InvokeAsync(SubresourceCall call, CancellationToken ct)
    {
        var eviction = BodyDecoder.Decode<Eviction>(call.Body.Span, "Eviction", "v1");
        if (eviction.Metadata.Name.Length > 0 && eviction.Metadata.Name != call.Name)
        {
            throw StatusErrors.BadRequest("name in URL does not match name in Eviction object").AsException();
        }

        eviction = await objects.AdmitBodyAsync(Form, call.Kind, call.Namespace, call.Name, eviction, call.Write with { IsDryRun = call.Write.IsDryRun || eviction.DeleteOptions?.DryRun.Count > 0 }, ct);
        var options = eviction.DeleteOptions ?? DeleteOptions.Empty;
        var write = call.Write with { IsDryRun = call.Write.IsDryRun || options.DryRun.Count > 0, IsAdmitted = true };
        var found = await objects.FindAsync(call.Kind, call.Kind.Key(call.Namespace, call.Name), ct) ?? throw StatusErrors.NotFound(call.Kind.Type, call.Name).AsException();
        var pod = (Pod)found.Value;
        NodeRestriction.CheckEviction(call.Write.User, pod);
        if (!MayAlwaysGo(pod) && BudgetOf(pod) is { } budget)
        {
            await TakeAsync(budget, pod, write, ct);
            options = options with { Preconditions = (options.Preconditions ?? new()) with { UID = pod.Metadata.UID } };
        }

        await objects.DeleteAsync(call.Kind, call.Namespace, call.Name, options, write, ct);
        return SubresourceAnswer.Of(201, Done);
    }

    private static bool MayAlwaysGo(Pod pod) =>
        pod.Status.Phase is PodPhase.PodSucceeded or PodPhase.PodFailed or PodPhase.PodPending || pod.Metadata.DeletionTimestamp is not null;

    private PodDisruptionBudget? BudgetOf(Pod pod)
    {
        if (catalog.Find(PodDisruptionBudget.ResourceType) is not { } kind)
        {
            return null;
        }

        PodDisruptionBudget? only = null;
        var prefix = pod.Metadata.Namespace + "/";
        for (var walk = kind.Objects.Current.Objects.From(prefix); walk.MoveNext() && walk.Current.Namespace == pod.Metadata.Namespace;)
        {
            var budget = (PodDisruptionBudget)walk.Current.Value;
            if (Selector.Of(budget.Spec.Selector).Matches(pod.Metadata.Labels))
            {
                only = only is null ? budget : throw StatusErrors.InternalError("This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.").AsException();
            }
        }

        return only;
    }

    /// <summary>Takes one disruption off the budget, so that two evictions never use the same one.</summary>
    private async Task TakeAsync(PodDisruptionBudget budget, Pod pod, WriteOptions write, CancellationToken ct)
    {
        var isReady = pod.Status.Conditions.Any(static condition => condition is { Type: "Ready", Status: "True" });
        if (!isReady && budget.Spec.UnhealthyPodEvictionPolicy == UnhealthyPodEvictionPolicyType.AlwaysAllow)
        {
            return;
        }

        var kind = catalog.Get<PodDisruptionBudget>();
        await objects.UpdateAsync(kind, budget.Metadata.Namespace, budget.Metadata.Name, Take, UpdateScope.Unowned, write, ct);

        Api.IResource Take(StoredObject current)
        {
            var present = (PodDisruptionBudget)current.Value;
            var status = present.Status;
            if (status.ObservedGeneration < present.Metadata.Generation)
            {
                throw Refused($"The disruption budget {present.Metadata.Name} is still being processed by the server.", 10);
            }

            if (!isReady && status.CurrentHealthy >= status.DesiredHealthy && status.DesiredHealthy > 0)
            {
                return present; // Pods that are not ready do not count against a budget that is met.
            }

            if (status.DisruptionsAllowed < 0)
            {
                throw StatusErrors.Forbidden("policy", "poddisruptionbudget", present.Metadata.Name, "pdb disruptions allowed is negative").AsException();
            }

            if (status.DisruptedPods.Count > DisruptedPodsMax)
            {
                throw StatusErrors.Forbidden("policy", "poddisruptionbudget", present.Metadata.Name, "DisruptedPods map too big - too many evictions not confirmed by PDB controller").AsException();
            }

            if (status.DisruptionsAllowed == 0)
            {
                var failed = status.Conditions.FirstOrDefault(static condition => condition is { Type: "DisruptionAllowed", Status: "False", Reason: "SyncFailed" });
                throw Refused(
                    failed is null
                        ? $"The disruption budget {present.Metadata.Name} needs {status.DesiredHealthy} healthy pods and has {status.CurrentHealthy} currently"
                        : $"The disruption budget {present.Metadata.Name} does not allow evicting pods currently because it failed sync: {failed.Message}", 0);
            }

            return present with
            {
                Status = status with
                {
                    DisruptionsAllowed = status.DisruptionsAllowed - 1,
                    DisruptedPods = status.DisruptedPods.With(pod.Metadata.Name, MetadataRules.WholeSeconds(time.GetUtcNow())),
                },
            };
        }
    }

    private static StatusException Refused(string why, int retryAfterSeconds)
    {
        var status = StatusErrors.TooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", retryAfterSeconds);
        return (status with
        {
            Details = (status.Details ?? StatusDetails.Empty) with { Causes = [new StatusCause { Type = "DisruptionBudget", Message = why }] },
        }).AsException();
    }
}
