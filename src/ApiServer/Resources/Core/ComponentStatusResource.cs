using Navarch.Api.Core.V1;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>Whether the parts of the control plane are well. Never stored: it is found out when somebody asks.</summary>
public sealed class ComponentStatusResource : Resource<ComponentStatus>
{
    public override IReadOnlyList<string> Verbs { get; } = ["get", "list"];

    public override bool IsStored => false;

    public override string? Deprecation => "v1 ComponentStatus is deprecated in v1.19+";

    public override IReadOnlyList<Column<ComponentStatus>> Columns { get; } =
    [
        Columns<ComponentStatus>.Name,
        Columns<ComponentStatus>.Text("Status", static value => Healthy(value)?.Status switch { null => "Unknown", "True" => "Healthy", _ => "Unhealthy" }),
        Columns<ComponentStatus>.Text("Message", static value => Healthy(value)?.Message ?? ""),
        Columns<ComponentStatus>.Text("Error", static value => Healthy(value)?.Error ?? ""),
    ];

    private static ComponentCondition? Healthy(ComponentStatus value) => value.Conditions.FirstOrDefault(static condition => condition.Type == ComponentConditionType.ComponentHealthy);
}
