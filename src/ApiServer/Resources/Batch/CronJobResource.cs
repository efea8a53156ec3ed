using Navarch.Api.Batch.V1;
using Navarch.ApiServer.Resources.Core;
using Navarch.Machinery.Cron;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Batch;

/// <summary>Jobs that are made again and again, at given times.</summary>
public sealed class CronJobResource : Resource<CronJob>
{
    // The names of its jobs are eleven characters longer, and must fit into a label.
    private const int NameMax = 52;

    public override bool HasStatus => true;

    public override bool HasGeneration => true;

    public override IReadOnlyList<Column<CronJob>> Columns { get; } =
    [
        Columns<CronJob>.Name,
        Columns<CronJob>.Text("Schedule", static value => value.Spec.Schedule),
        Columns<CronJob>.Text("Timezone", static value => Cells.OrNone(value.Spec.TimeZone)),
        new("Suspend", "boolean", static (value, _) => value.Spec.Suspend is { } suspend ? (suspend ? "True" : "False") : Cells.Unset),
        Columns<CronJob>.Integer("Active", static value => value.Status.Active.Count),
        new("Last Schedule", "string", static (value, now) => value.Status.LastScheduleTime is { } last ? Cells.Age(last, now) : Cells.None),
        Columns<CronJob>.Age,
        Columns<CronJob>.Text("Containers", static value => Cells.Names(value.Spec.JobTemplate.Spec.Template.Spec.Containers), priority: 1),
        Columns<CronJob>.Text("Images", static value => Cells.Images(value.Spec.JobTemplate.Spec.Template.Spec.Containers), priority: 1),
        Columns<CronJob>.Text("Selector", static value => Cells.SelectorText(value.Spec.JobTemplate.Spec.Selector), priority: 1),
    ];

    public override CronJob Default(CronJob value) => value with
    {
        Spec = value.Spec with
        {
            ConcurrencyPolicy = value.Spec.ConcurrencyPolicy.Length == 0 ? ConcurrencyPolicy.AllowConcurrent : value.Spec.ConcurrencyPolicy,
            Suspend = value.Spec.Suspend ?? false,
            SuccessfulJobsHistoryLimit = value.Spec.SuccessfulJobsHistoryLimit ?? 3,
            FailedJobsHistoryLimit = value.Spec.FailedJobsHistoryLimit ?? 1,
            JobTemplate = value.Spec.JobTemplate with { Spec = JobDefaults.Template(value.Spec.JobTemplate.Spec) },
        },
    };

    public override CronJob PrepareForCreate(CronJob value, WriteContext context) => value with { Status = CronJobStatus.Empty };

    public override CronJob PrepareForUpdate(CronJob value, CronJob old, WriteContext context) => value with { Status = old.Status };

    public override CronJob PrepareForStatusUpdate(CronJob value, CronJob old, WriteContext context) => value with { Spec = old.Spec };

    public override bool ChangesGeneration(CronJob value, CronJob old) => value.Spec != old.Spec;

    public override void Validate(CronJob value, FieldErrors errors)
    {
        var (path, spec) = (FieldPath.Of("spec"), value.Spec);
        if (spec.Schedule.Length == 0)
        {
            errors.Required(path / "schedule");
        }
        else
        {
            Schedule(errors, path / "schedule", spec.Schedule);
        }

        errors.AtLeastZero(path, "startingDeadlineSeconds", spec.StartingDeadlineSeconds ?? 0);
        errors.RequiredOneOf(path, "concurrencyPolicy", spec.ConcurrencyPolicy, ["Allow", "Forbid", "Replace"]);
        var template = path / "jobTemplate";
        errors.TemplateMetadata(template / "metadata", spec.JobTemplate.Metadata);
        JobValidation.Spec(errors, template / "spec", spec.JobTemplate.Spec);
        if (spec.JobTemplate.Spec.ManualSelector == true)
        {
            errors.NotSupported(template / "spec" / "manualSelector", true, ["nil", "false"]);
        }

        if (spec.JobTemplate.Spec.Selector is { } selector)
        {
            errors.Invalid(template / "spec" / "selector", RawValue.Of(selector), "`selector` will be auto-generated");
        }

        errors.AtLeastZero(path, "successfulJobsHistoryLimit", spec.SuccessfulJobsHistoryLimit ?? 0);
        errors.AtLeastZero(path, "failedJobsHistoryLimit", spec.FailedJobsHistoryLimit ?? 0);
    }

    public override void ValidateCreate(CronJob value, FieldErrors errors)
    {
        if (value.Metadata.Name.Length > NameMax)
        {
            errors.Invalid("metadata.name", value.Metadata.Name, "must be no more than 52 characters");
        }

        ZoneInSchedule(errors, value.Spec, isAllowed: false);
        TimeZone(errors, value.Spec.TimeZone);
    }

    public override void ValidateUpdate(CronJob value, CronJob old, FieldErrors errors)
    {
        ZoneInSchedule(errors, value.Spec, isAllowed: old.Spec.Schedule.Contains("TZ", StringComparison.Ordinal));
        if (value.Spec.TimeZone != old.Spec.TimeZone)
        {
            TimeZone(errors, value.Spec.TimeZone);
        }
    }

    public override IEnumerable<string> Warnings(CronJob value) =>
    [
        .. PodWarnings.OfName(value.Metadata.Name),
        .. PodWarnings.OfTemplate(value.Spec.JobTemplate.Spec.Template, "spec.jobTemplate.spec.template"),
        .. value.Spec.Schedule.Contains("TZ", StringComparison.Ordinal)
            ? ["CRON_TZ or TZ used in spec.schedule is not officially supported, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details"]
            : Array.Empty<string>(),
    ];

    private static void Schedule(FieldErrors errors, FieldPath path, string schedule)
    {
        try
        {
            CronSchedule.Parse(CronSchedule.WithoutZone(schedule));
        }
        catch (FormatException e)
        {
            errors.Invalid(path, schedule, e.Message);
        }
    }

    // Was never meant to be, but worked: what has it may keep it.
    private static void ZoneInSchedule(FieldErrors errors, CronJobSpec spec, bool isAllowed)
    {
        if (!spec.Schedule.Contains("TZ", StringComparison.Ordinal))
        {
            return;
        }

        if (!isAllowed)
        {
            errors.Invalid("spec.schedule", spec.Schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
        }
        else if (spec.TimeZone is not null)
        {
            errors.Invalid("spec.schedule", spec.Schedule, "cannot use both timeZone field and TZ or CRON_TZ in schedule");
        }
    }

    private static void TimeZone(FieldErrors errors, string? zone)
    {
        const string Path = "spec.timeZone";
        if (zone is null)
        {
            return;
        }

        if (zone.Length == 0)
        {
            errors.Invalid(Path, zone, "timeZone must be nil or non-empty string");
        }
        else if (!zone.Split('/').All(IsZonePart))
        {
            errors.Invalid(Path, zone, $"unknown time zone {zone}");
        }
        else if (zone.Equals("Local", StringComparison.OrdinalIgnoreCase))
        {
            errors.Invalid(Path, zone, "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones");
        }
        else if (!TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
        {
            errors.Invalid(Path, zone, $"unknown time zone {zone}");
        }
    }

    // Zones are found as files.
    private static bool IsZonePart(string part) =>
        part is not ("" or "." or "..") && part[0] != '-' && part.Length <= 14 && part.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '+');
}
