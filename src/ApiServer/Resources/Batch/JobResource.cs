using System.Globalization;
using Navarch.Api.Batch.V1;
using Navarch.ApiServer.Resources.Core;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Batch;

/// <summary>Pods that run until enough of them have succeeded.</summary>
public sealed class JobResource : Resource<Job>
{
    public override bool HasStatus => true;

    public override bool HasGeneration => true;

    // Old clients expect the pods of a job to survive it.
    public override string DefaultPropagation => "Orphan";

    public override IReadOnlyList<Column<Job>> Columns { get; } =
    [
        Columns<Job>.Name,
        Columns<Job>.Text("Status", Status),
        Columns<Job>.Text("Completions", Completions),
        new("Duration", "string", static (value, now) => Duration(value, now)),
        Columns<Job>.Age,
        Columns<Job>.Text("Containers", static value => Cells.Names(value.Spec.Template.Spec.Containers), priority: 1),
        Columns<Job>.Text("Images", static value => Cells.Images(value.Spec.Template.Spec.Containers), priority: 1),
        Columns<Job>.Text("Selector", static value => Cells.SelectorText(value.Spec.Selector), priority: 1),
    ];

    public override string UnknownField(string field) => $"field label \"{field}\" not supported for Job";

    public override IReadOnlyDictionary<string, Func<Job, string>> SelectableFields { get; } = new Dictionary<string, Func<Job, string>>
    {
        ["status.successful"] = static value => Cells.Number(value.Status.Succeeded),
    };

    public override Job Default(Job value) => JobDefaults.Job(value);

    public override Job PrepareForCreate(Job value, WriteContext context) => JobDefaults.WithOwnSelector(value) with { Status = JobStatus.Empty };

    public override Job PrepareForUpdate(Job value, Job old, WriteContext context) => value with { Status = old.Status };

    public override Job PrepareForStatusUpdate(Job value, Job old, WriteContext context) => value with { Spec = old.Spec };

    public override bool ChangesGeneration(Job value, Job old) => value.Spec != old.Spec;

    public override void Validate(Job value, FieldErrors errors) => JobValidation.Job(errors, value);

    public override void ValidateUpdate(Job value, Job old, FieldErrors errors) => JobUpdateValidation.Main(errors, value, old);

    public override void ValidateStatusUpdate(Job value, Job old, FieldErrors errors) => JobUpdateValidation.Status(errors, value, old);

    public override IEnumerable<string> Warnings(Job value) =>
        PodWarnings.OfName(value.Metadata.Name).Concat(PodWarnings.OfTemplate(value.Spec.Template, "spec.template"));

    private static bool Is(Job job, string type) => job.Status.Conditions.Any(condition => condition.Type == type && condition.Status == "True");

    private static string Status(Job job) =>
        Is(job, JobConditionType.JobComplete) ? "Complete"
        : Is(job, JobConditionType.JobFailed) ? "Failed"
        : job.Metadata.DeletionTimestamp is not null ? "Terminating"
        : Is(job, JobConditionType.JobSuspended) ? "Suspended"
        : Is(job, JobConditionType.JobFailureTarget) ? "FailureTarget"
        : Is(job, JobConditionType.JobSuccessCriteriaMet) ? "SuccessCriteriaMet"
        : "Running";

    private static string Completions(Job job)
    {
        var parallelism = job.Spec.Parallelism ?? 0;
        return job.Spec.Completions is { } wanted ? string.Create(CultureInfo.InvariantCulture, $"{job.Status.Succeeded}/{wanted}")
            : parallelism > 1 ? string.Create(CultureInfo.InvariantCulture, $"{job.Status.Succeeded}/1 of {parallelism}")
            : string.Create(CultureInfo.InvariantCulture, $"{job.Status.Succeeded}/1");
    }

    private static string Duration(Job job, DateTimeOffset now) =>
        job.Status.StartTime is { } start ? Cells.HumanDuration((job.Status.CompletionTime ?? now) - start) : "";
}
