using System.Text;
using Navarch.Api;
using Navarch.Api.Autoscaling.V2;
using Navarch.Api.Json;
using Navarch.Machinery.Json;
using V1 = Navarch.Api.Autoscaling.V1;

namespace Navarch.ApiServer.Resources.Autoscaling;

/// <summary>The annotations in which autoscaling/v1 carries what it has no fields for. What is malformed counts as absent.</summary>
internal static class AutoscalerAnnotations
{
    private const string MetricsKey = "autoscaling.alpha.kubernetes.io/metrics";
    private const string CurrentMetricsKey = "autoscaling.alpha.kubernetes.io/current-metrics";
    private const string ConditionsKey = "autoscaling.alpha.kubernetes.io/conditions";
    private const string BehaviorKey = "autoscaling.alpha.kubernetes.io/behavior";

    public static Map<string> Drop(Map<string> annotations) =>
        annotations.Without(MetricsKey).Without(CurrentMetricsKey).Without(ConditionsKey).Without(BehaviorKey);

    public static Map<string> WithMetrics(Map<string> annotations, IReadOnlyList<V1.MetricSpec> metrics) => With(annotations, MetricsKey, metrics);

    public static Map<string> WithCurrentMetrics(Map<string> annotations, IReadOnlyList<V1.MetricStatus> metrics) => With(annotations, CurrentMetricsKey, metrics);

    public static Map<string> WithConditions(Map<string> annotations, IReadOnlyList<V1.HorizontalPodAutoscalerCondition> conditions) => With(annotations, ConditionsKey, conditions);

    /// <remarks>Alone among the four, its members are written with a capital first letter.</remarks>
    public static Map<string> WithBehavior(Map<string> annotations, HorizontalPodAutoscalerBehavior? behavior)
    {
        if (behavior is null)
        {
            return annotations;
        }

        var writer = new ApiWriter();
        writer.BeginObject();
        Rules(writer, "ScaleUp", behavior.ScaleUp);
        Rules(writer, "ScaleDown", behavior.ScaleDown);
        writer.EndObject();
        return annotations.With(BehaviorKey, Encoding.UTF8.GetString(writer.Written.Span));
    }

    public static IReadOnlyList<V1.MetricSpec> Metrics(Map<string> annotations) => Read<V1.MetricSpec>(annotations, MetricsKey);

    public static IReadOnlyList<V1.MetricStatus> CurrentMetrics(Map<string> annotations) => Read<V1.MetricStatus>(annotations, CurrentMetricsKey);

    public static IReadOnlyList<V1.HorizontalPodAutoscalerCondition> Conditions(Map<string> annotations) => Read<V1.HorizontalPodAutoscalerCondition>(annotations, ConditionsKey);

    public static HorizontalPodAutoscalerBehavior? Behavior(Map<string> annotations)
    {
        if (!annotations.TryGetValue(BehaviorKey, out var text))
        {
            return null;
        }

        try
        {
            var behavior = ApiJson.Parse<HorizontalPodAutoscalerBehavior>(SmallNames(JsonNode.Parse(text)).ToUtf8());
            return behavior is { ScaleUp: null, ScaleDown: null } ? null : behavior;
        }
        catch (ApiJsonException)
        {
            return null;
        }
    }

    private static Map<string> With<T>(Map<string> annotations, string key, IReadOnlyList<T> values) where T : IApiType<T>
    {
        if (values.Count == 0)
        {
            return annotations;
        }

        var writer = new ApiWriter();
        writer.BeginList();
        foreach (var value in values)
        {
            writer.Element();
            value.Write(writer);
        }

        writer.EndList();
        return annotations.With(key, Encoding.UTF8.GetString(writer.Written.Span));
    }

    private static IReadOnlyList<T> Read<T>(Map<string> annotations, string key) where T : IApiType<T>
    {
        if (!annotations.TryGetValue(key, out var text))
        {
            return [];
        }

        try
        {
            var reader = new ApiReader(Encoding.UTF8.GetBytes(text));
            reader.Start();
            var values = reader.ReadList<T>("");
            reader.End();
            return values;
        }
        catch (ApiJsonException)
        {
            return [];
        }
    }

    private static void Rules(ApiWriter writer, string name, HPAScalingRules? rules)
    {
        writer.Key(name);
        if (rules is null)
        {
            writer.Null();
            return;
        }

        writer.BeginObject();
        writer.Key("StabilizationWindowSeconds");
        NumberOrNull(writer, rules.StabilizationWindowSeconds);
        writer.Key("SelectPolicy");
        TextOrNull(writer, rules.SelectPolicy);
        writer.Key("Policies");
        writer.BeginList();
        foreach (var policy in rules.Policies)
        {
            writer.Element();
            writer.BeginObject();
            writer.Key("Type");
            writer.String(policy.Type);
            writer.Key("Value");
            writer.Number(policy.Value);
            writer.Key("PeriodSeconds");
            writer.Number(policy.PeriodSeconds);
            writer.EndObject();
        }

        writer.EndList();
        writer.Key("Tolerance");
        TextOrNull(writer, rules.Tolerance?.ToString());
        writer.EndObject();
    }

    private static void NumberOrNull(ApiWriter writer, int? value)
    {
        if (value is { } number)
        {
            writer.Number(number);
        }
        else
        {
            writer.Null();
        }
    }

    private static void TextOrNull(ApiWriter writer, string? value)
    {
        if (value is null)
        {
            writer.Null();
        }
        else
        {
            writer.String(value);
        }
    }

    private static JsonNode SmallNames(JsonNode node)
    {
        switch (node)
        {
            case JsonObject value:
                var small = new JsonObject();
                foreach (var (name, member) in value.Members)
                {
                    small.Set(name.Length == 0 ? name : char.ToLowerInvariant(name[0]) + name[1..], SmallNames(member));
                }

                return small;
            case JsonArray list:
                return JsonArray.Of(list.Items.Select(SmallNames));
            default:
                return node;
        }
    }
}
