using Navarch.ApiServer.Resources.Batch;

namespace Navarch.ApiServer.Tests.Resources.Batch;

public sealed class BatchTests
{
    private const string Job = """{"metadata":{"name":"pi","uid":"u-1"},"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"pi","image":"perl:1"}]}}}}""";
    private static readonly JobResource Jobs = new();
    private static readonly CronJobResource CronJobs = new();

    [Fact]
    public void A_job_selects_its_own_pods_and_nobody_elses()
    {
        var job = Jobs.Created(Job);

        Assert.Equal("batch.kubernetes.io/controller-uid=u-1", Jobs.Cells(job)[7]);
        Assert.Equal(4, job.Spec.Template.Metadata.Labels.Count);
        Assert.Equal(job.Spec.Template.Metadata.Labels, job.Metadata.Labels);
        Assert.Equal((1, 1, 6, "NonIndexed"), (job.Spec.Parallelism, job.Spec.Completions, job.Spec.BackoffLimit, job.Spec.CompletionMode));
        Assert.Empty(Jobs.CreateErrors(Job));
    }

    [Theory]
    [InlineData("\"restartPolicy\":\"Never\",", "", "spec.template.spec.restartPolicy: Required value: valid values: \"OnFailure\", \"Never\"")]
    [InlineData("\"spec\":{\"template\"", "\"spec\":{\"parallelism\":-1,\"template\"", "spec.parallelism: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("\"spec\":{\"template\"", "\"spec\":{\"completionMode\":\"Indexed\",\"parallelism\":1,\"template\"", "spec.completions: Required value: when completion mode is Indexed")]
    [InlineData("\"spec\":{\"template\"", "\"spec\":{\"backoffLimitPerIndex\":1,\"template\"", "spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode")]
    [InlineData("\"spec\":{\"template\"", "\"spec\":{\"managedBy\":\"me\",\"template\"", "spec.managedBy: Invalid value: \"me\": must be a domain-prefixed path (such as \"acme.io/foo\")")]
    public void What_is_wrong_with_a_job_is_said_as_everywhere(string good, string bad, string error) =>
        Assert.Equal([error], Jobs.CreateErrors(Job.Replace(good, bad, StringComparison.Ordinal)));

    [Fact]
    public void The_template_of_a_job_that_started_does_not_change()
    {
        var errors = Jobs.UpdateErrors(Job, Job.Replace("perl:1", "perl:2", StringComparison.Ordinal));

        Assert.Contains(errors, error => error.StartsWith("spec.template: Invalid value: {", StringComparison.Ordinal) && error.EndsWith(": field is immutable", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("1,3-5", 10, 4L)]
    [InlineData("", 10, 0L)]
    [InlineData("5,3", 10, null)]
    [InlineData("3-10", 10, null)]
    [InlineData("x", 10, null)]
    public void Indexes_ascend_and_stay_below_the_completions(string text, int completions, long? count)
    {
        Assert.Equal(count, JobIndexes.Count(text, completions, out var problem));
        Assert.Equal(count is null, problem is not null);
    }

    [Theory]
    [InlineData("\"* * * * *\"", "", null)]
    [InlineData("\"61 * * * *\"", "", "spec.schedule: Invalid value: \"61 * * * *\": end of range (61) above maximum (59): 61")]
    [InlineData("\"TZ=UTC * * * * *\"", "", "spec.schedule: Invalid value: \"TZ=UTC * * * * *\": cannot use TZ or CRON_TZ in schedule, use timeZone field instead")]
    [InlineData("\"* * * *\"", "", "spec.schedule: Invalid value: \"* * * *\": expected exactly 5 fields, found 4: [* * * *]")]
    [InlineData("\"@never\"", "", "spec.schedule: Invalid value: \"@never\": unrecognized descriptor: @never")]
    [InlineData("\"@every x\"", "", "spec.schedule: Invalid value: \"@every x\": failed to parse duration @every x: time: invalid duration \"x\"")]
    [InlineData("\"a * * * *\"", "", "spec.schedule: Invalid value: \"a * * * *\": failed to parse int from a: strconv.Atoi: parsing \"a\": invalid syntax")]
    [InlineData("\"99999999999999999999 * * * *\"", "", "spec.schedule: Invalid value: \"99999999999999999999 * * * *\": failed to parse int from 99999999999999999999: strconv.Atoi: parsing \"99999999999999999999\": value out of range")]
    [InlineData("\"* * * * *\"", ",\"timeZone\":\"local\"", "spec.timeZone: Invalid value: \"local\": timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones")]
    [InlineData("\"* * * * *\"", ",\"timeZone\":\"\"", "spec.timeZone: Invalid value: \"\": timeZone must be nil or non-empty string")]
    [InlineData("\"* * * * *\"", ",\"timeZone\":\"Europe/Berlin\"", null)]
    [InlineData("\"* * * * *\"", ",\"timeZone\":\"Moon/Base\"", "spec.timeZone: Invalid value: \"Moon/Base\": unknown time zone Moon/Base")]
    [InlineData("\"* * * * *\"", ",\"timeZone\":\"../../etc/passwd\"", "spec.timeZone: Invalid value: \"../../etc/passwd\": unknown time zone ../../etc/passwd")]
    public void Schedules_and_time_zones_are_checked(string schedule, string more, string? error)
    {
        var json = """{"metadata":{"name":"c"},"spec":{"schedule":""" + schedule + more + ""","jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"a","image":"i"}]}}}}}}""";

        Assert.Equal(error is null ? [] : [error], CronJobs.CreateErrors(json));
    }

    [Theory]
    [InlineData("TZ=UTC * * * * *", "CRON_TZ=Asia/Tokyo 0 * * * *", "", null)]
    [InlineData("TZ=UTC * * * * *", "TZ=UTC * * * * *", ",\"timeZone\":\"UTC\"", "spec.schedule: Invalid value: \"TZ=UTC * * * * *\": cannot use both timeZone field and TZ or CRON_TZ in schedule")]
    [InlineData("* * * * *", "TZ=UTC * * * * *", "", "spec.schedule: Invalid value: \"TZ=UTC * * * * *\": cannot use TZ or CRON_TZ in schedule, use timeZone field instead")]
    [InlineData("TZ=UTC * * * * *", "TZ=UTC 61 * * * *", "", "spec.schedule: Invalid value: \"TZ=UTC 61 * * * *\": end of range (61) above maximum (59): 61")]
    public void A_schedule_keeps_the_zone_it_began_with(string before, string after, string more, string? error)
    {
        static string Json(string schedule, string more) => $$$"""{"metadata":{"name":"c"},"spec":{"schedule":"{{{schedule}}}"{{{more}}},"jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"a","image":"i"}]} } } } } }""";

        Assert.Equal(error is null ? [] : [error], CronJobs.UpdateErrors(Json(before, ""), Json(after, more)));
    }
}
