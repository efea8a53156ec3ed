using Navarch.Api.Authorization.V1;
using Navarch.Machinery.Cel;
using Navarch.Machinery.Errors;
using Navarch.Machinery.Json;

namespace Navarch.ApiServer.Authorization;

/// <summary>The conditions under which an authorization webhook is asked about a request: all must hold.</summary>
internal sealed class AccessConditions
{
    private static readonly CelEnvironment Environment = new([("request", SchemaTypes.Of(SubjectAccessReviewSpec.Schema))]);

    private readonly IReadOnlyList<(string Text, CelProgram Program)> conditions;

    private AccessConditions(IReadOnlyList<(string, CelProgram)> conditions) => this.conditions = conditions;

    /// <returns>Null where there are none.</returns>
    /// <exception cref="CelException">One does not compile.</exception>
    public static AccessConditions? Of(IReadOnlyList<string> expressions) =>
        expressions.Count == 0 ? null : new AccessConditions([.. expressions.Select(static text => (text, Environment.Compile(text)))]);

    public static void Validate(FieldErrors errors, FieldPath path, string expression)
    {
        try
        {
            var result = Environment.Compile(expression).Result;
            errors.InvalidIf(result.Is(CelType.Bool) ? null : $"must evaluate to bool but got {result}", path, expression);
        }
        catch (CelException e)
        {
            errors.Invalid(path, expression, "compilation failed: " + e.Message);
        }
    }

    /// <summary>Whether all hold. One that does not outweighs any that cannot be evaluated.</summary>
    /// <returns>The problem where it cannot be told.</returns>
    public (bool Hold, string? Problem) Hold(SubjectAccessReviewSpec question)
    {
        object?[] values = [JsonValues.Of(Document(question))];
        var budget = new CelBudget(CelBudget.ConditionsMax);
        List<string>? problems = null;
        foreach (var (text, program) in conditions)
        {
            object value;
            try
            {
                value = program.Evaluate(values, budget);
            }
            catch (CelBudgetException e)
            {
                value = new CelError(e.Message);
            }

            switch (value)
            {
                case false:
                    return (false, null);
                case CelError error:
                    (problems ??= []).Add($"cel evaluation error: expression '{text}' resulted in error: {error.Message}");
                    break;
                default:
                    break;
            }
        }

        return problems is null ? (true, null) : (false, GoText.Aggregate(problems));
    }

    // What is sent leaves out what is empty; expressions find every text, so that they need not ask whether it is there.
    private static JsonObject Document(SubjectAccessReviewSpec question)
    {
        var document = new JsonObject
        {
            ["user"] = new JsonText(question.User),
            ["groups"] = List(question.Groups),
            ["uid"] = new JsonText(question.UID),
        };
        var extra = new JsonObject();
        foreach (var (name, texts) in question.Extra)
        {
            extra[name] = List(texts);
        }

        document["extra"] = extra;
        if (question.ResourceAttributes is { } resource)
        {
            document["resourceAttributes"] = Attributes(resource);
        }

        if (question.NonResourceAttributes is { } path)
        {
            document["nonResourceAttributes"] = new JsonObject { ["path"] = new JsonText(path.Path), ["verb"] = new JsonText(path.Verb) };
        }

        return document;
    }

    private static JsonObject Attributes(ResourceAttributes resource)
    {
        var attributes = new JsonObject
        {
            ["namespace"] = new JsonText(resource.Namespace),
            ["verb"] = new JsonText(resource.Verb),
            ["group"] = new JsonText(resource.Group),
            ["version"] = new JsonText(resource.Version),
            ["resource"] = new JsonText(resource.Resource),
            ["subresource"] = new JsonText(resource.Subresource),
            ["name"] = new JsonText(resource.Name),
        };
        if (resource.FieldSelector is { } fields)
        {
            attributes["fieldSelector"] = Requirements(fields.Requirements.Select(static one => (one.Key, one.Operator, one.Values)));
        }

        if (resource.LabelSelector is { } labels)
        {
            attributes["labelSelector"] = Requirements(labels.Requirements.Select(static one => (one.Key, one.Operator, one.Values)));
        }

        return attributes;
    }

    private static JsonObject Requirements(IEnumerable<(string Key, string Operator, IReadOnlyList<string> Values)> requirements) => new()
    {
        ["requirements"] = JsonArray.Of(requirements.Select(static one => new JsonObject
        {
            ["key"] = new JsonText(one.Key), ["operator"] = new JsonText(one.Operator), ["values"] = List(one.Values),
        })),
    };

    private static JsonArray List(IEnumerable<string> texts) => JsonArray.Of(texts.Select(static text => new JsonText(text)));
}
