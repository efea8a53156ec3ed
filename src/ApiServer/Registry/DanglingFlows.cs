using Microsoft.Extensions.Logging;
using Navarch.Api.FlowControl.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Registry;

/// <summary>Says of every FlowSchema, in its condition <c>Dangling</c>, whether the priority level that it names exists.</summary>
internal sealed partial class DanglingFlows
{
    private const string Type = "Dangling";
    private const string Manager = "api-priority-and-fairness-config-consumer-v1";


    private readonly Catalog catalog;
    private readonly ObjectWriter objects;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly RepairLoop loop;

    public DanglingFlows(Catalog catalog, ObjectWriter objects, TimeProvider time, ILogger log)
    {
        (this.catalog, this.objects, this.time, this.log) = (catalog, objects, time, log);
        loop = new RepairLoop(RepairAsync, time, LogNotKept);
    }

    /// <summary>Notices every change from now on.</summary>
    public void Attach()
    {
        catalog.Get<FlowSchema>().Objects.Applying += _ => loop.Notice();
        catalog.Get<PriorityLevelConfiguration>().Objects.Applying += _ => loop.Notice();
    }

    /// <summary>Ends by cancellation.</summary>
    public Task KeepAsync(CancellationToken ct) => loop.KeepAsync(ct);

    /// <summary>Makes every condition true.</summary>
    public Task RepairAsync(CancellationToken ct)
    {
        var wrong = new List<Task>();
        for (var walk = catalog.Get<FlowSchema>().Objects.Current.Objects.All(); walk.MoveNext();)
        {
            var schema = (FlowSchema)walk.Current.Value;
            if (Judged(schema) != schema)
            {
                wrong.Add(CorrectAsync(schema.Metadata.Name, ct));
            }
        }

        return Task.WhenAll(wrong);
    }

    private async Task CorrectAsync(string name, CancellationToken ct)
    {
        try
        {
            var write = new WriteOptions(UserInfo.Server) { FieldManager = Manager, Subresource = "status" };
            await objects.UpdateAsync(catalog.Get<FlowSchema>(), "", name, current => Judged((FlowSchema)current.Value), UpdateScope.Status, write, ct);
        }
        catch (StatusException e) when (e.Status.Code == 404)
        {
            // It is gone, and needs no condition.
        }
    }

    private FlowSchema Judged(FlowSchema schema)
    {
        var level = schema.Spec.PriorityLevelConfiguration.Name;
        var isDangling = catalog.Get<PriorityLevelConfiguration>().Objects.Current.Objects.Find(level) is null;
        var wanted = new FlowSchemaCondition
        {
            Type = Type,
            Status = isDangling ? ConditionStatus.ConditionTrue : ConditionStatus.ConditionFalse,
            Reason = isDangling ? "NotFound" : "Found",
            Message = $"This FlowSchema references the PriorityLevelConfiguration object named {GoText.Quote(level)} {(isDangling ? "but there is no such object" : "and it exists")}",
        };
        var present = schema.Status.Conditions.FirstOrDefault(static condition => condition.Type == Type);
        return present is not null && present with { LastTransitionTime = null } == wanted
            ? schema
            : schema with
            {
                Status = schema.Status with
                {
                    Conditions = [.. schema.Status.Conditions.Where(static condition => condition.Type != Type), wanted with { LastTransitionTime = MetadataRules.WholeSeconds(time.GetUtcNow()) }],
                },
            };
    }

    [LoggerMessage(LogLevel.Warning, "the conditions of flow schemas could not be kept; trying again")]
    private partial void LogNotKept(Exception cause);
}
