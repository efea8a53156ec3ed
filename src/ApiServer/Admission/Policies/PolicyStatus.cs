using Microsoft.Extensions.Logging;
using Navarch.Api.AdmissionRegistration.V1;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Admission.Policies;

/// <summary>Says of every policy, in its status, which of its expressions do not fit the objects they are about.</summary>
internal sealed partial class PolicyStatus
{
    private const string Manager = "validatingadmissionpolicy-status";

    private readonly Catalog catalog;
    private readonly Kind policies;
    private readonly ObjectWriter objects;
    private readonly ILogger log;
    private readonly RepairLoop loop;

    public PolicyStatus(Catalog catalog, ObjectWriter objects, TimeProvider time, ILogger log)
    {
        (this.catalog, this.objects, this.log) = (catalog, objects, log);
        policies = catalog.Get<ValidatingAdmissionPolicy>();
        loop = new RepairLoop(RepairAsync, time, LogNotKept);
    }

    /// <summary>Notices every change from now on, and what there is.</summary>
    public void Attach()
    {
        policies.Objects.Applying += _ => loop.Notice();
        loop.Notice();
    }

    /// <summary>Ends by cancellation.</summary>
    public Task KeepAsync(CancellationToken ct) => loop.KeepAsync(ct);

    private async Task RepairAsync(CancellationToken ct)
    {
        for (var walk = policies.Objects.Current.Objects.All(); walk.MoveNext();)
        {
            var policy = (ValidatingAdmissionPolicy)walk.Current.Value;
            if (IsKnown(policy))
            {
                continue;
            }

            try
            {
                var write = new WriteOptions(UserInfo.Server) { FieldManager = Manager, Subresource = "status" };
                await objects.UpdateAsync(policies, "", policy.Metadata.Name, current => Judged((ValidatingAdmissionPolicy)current.Value), UpdateScope.Status, write, ct);
            }
            catch (StatusException e) when (e.Status.Code == 404)
            {
                // It is gone, and needs no status.
            }
        }
    }

    private ValidatingAdmissionPolicy Judged(ValidatingAdmissionPolicy policy) => IsKnown(policy) ? policy : policy with
    {
        Status = policy.Status with
        {
            ObservedGeneration = policy.Metadata.Generation,
            TypeChecking = new TypeChecking { ExpressionWarnings = PolicyTypeChecks.Of(policy.Spec, catalog) },
        },
    };

    private static bool IsKnown(ValidatingAdmissionPolicy policy) => policy.Status.ObservedGeneration == policy.Metadata.Generation;

    [LoggerMessage(LogLevel.Warning, "the statuses of admission policies could not be kept; trying again")]
    private partial void LogNotKept(Exception cause);
}
