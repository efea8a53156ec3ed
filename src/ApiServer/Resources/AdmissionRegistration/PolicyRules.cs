using Navarch.Api.AdmissionRegistration.V1;
using Navarch.Machinery.Cel;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.AdmissionRegistration;

/// <summary>Rules that admission policies and their bindings share.</summary>
internal static class PolicyRules
{
    private const int MatchConditionsMax = 64;

    private static readonly string[] ReservedWords =
    [
        "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
        "namespace", "return", "var", "void", "while",
    ];

    public static void FailurePolicy(FieldErrors errors, FieldPath path, string? policy) => errors.RequiredOneOf(path, "failurePolicy", policy ?? "", ["Fail", "Ignore"]);

    public static void Constraints(FieldErrors errors, FieldPath path, MatchResources? match)
    {
        if (match is null)
        {
            errors.Required(path);
            return;
        }

        RuleValidation.Validate(errors, path, match);
        if (match.ResourceRules.Count == 0)
        {
            errors.Required(path / "resourceRules");
        }
    }

    /// <param name="environment">What the conditions can name.</param>
    public static void MatchConditions(FieldErrors errors, FieldPath path, IReadOnlyList<MatchCondition> conditions, CelEnvironment environment)
    {
        if (conditions.Count > MatchConditionsMax)
        {
            errors.TooMany(path, conditions.Count, MatchConditionsMax);
        }

        var isRepeated = Repeats.Of(conditions, static item => item.Name);
        for (var i = 0; i < conditions.Count; i++)
        {
            var (at, condition) = (path[i], conditions[i]);
            if (string.IsNullOrWhiteSpace(condition.Expression))
            {
                errors.Required(at / "expression");
            }
            else
            {
                AdmissionExpressions.Validate(errors, at / "expression", environment, condition.Expression, CelType.Bool);
            }

            if (condition.Name.Length == 0)
            {
                errors.Required(at / "name");
                continue;
            }

            errors.QualifiedName(at / "name", condition.Name);
            if (isRepeated[i])
            {
                errors.Duplicate(at / "name", condition.Name);
            }
        }
    }

    /// <summary>Checks the expressions that have names. Each can use those before it.</summary>
    /// <returns>The type of all of them together.</returns>
    public static CelType Variables(FieldErrors errors, FieldPath path, IReadOnlyList<Variable> variables, bool hasParams)
    {
        var known = new Dictionary<string, CelType>();
        var type = AdmissionExpressions.VariablesType(known);
        var environment = AdmissionExpressions.Environment(hasParams, hasAuthorizer: true, type);
        for (var i = 0; i < variables.Count; i++)
        {
            var (at, variable) = (path[i], variables[i]);
            if (string.IsNullOrWhiteSpace(variable.Name))
            {
                errors.Required(at / "name", "name is not specified");
            }
            else if (!IsIdentifier(variable.Name))
            {
                errors.Invalid(at / "name", variable.Name, "name is not a valid CEL identifier");
            }

            if (string.IsNullOrWhiteSpace(variable.Expression))
            {
                errors.Required(at / "expression", "expression is not specified");
                continue;
            }

            var result = AdmissionExpressions.Validate(errors, at / "expression", environment, variable.Expression);
            known[variable.Name] = result ?? CelType.Dyn;
        }

        return type;
    }

    public static void ParamKind(FieldErrors errors, FieldPath path, ParamKind? param)
    {
        if (param is null)
        {
            return;
        }

        var parts = param.APIVersion.Split('/');
        if (param.APIVersion.Length == 0)
        {
            errors.Required(path / "apiVersion");
        }
        else if (parts.Length > 2)
        {
            errors.Invalid(path / "apiVersion", param.APIVersion, $"unexpected GroupVersion string: {param.APIVersion}");
        }
        else
        {
            if (parts.Length == 2)
            {
                errors.Subdomain(path, "apiVersion", parts[0]);
            }

            if (parts[^1].Length == 0)
            {
                errors.Invalid(path / "apiVersion", param.APIVersion, "version must be specified");
            }
            else
            {
                errors.InvalidIf(Names.Label1035Problem(parts[^1]), path / "apiVersion", parts[^1]);
            }
        }

        if (param.Kind.Length == 0)
        {
            errors.Required(path / "kind");
        }
        else if (Names.Label1035Problem(param.Kind.ToLowerInvariant()) is { } problem)
        {
            errors.Invalid(path / "kind", param.Kind, "may have mixed case, but should otherwise match: " + problem);
        }
    }

    public static void Binding(FieldErrors errors, string policyName, ParamRef? param, MatchResources? match)
    {
        var path = FieldPath.Of("spec");
        errors.RequiredSubdomain(path, "policyName", policyName);
        if (param is not null)
        {
            ParamRef(errors, path / "paramRef", param);
        }

        if (match is not null)
        {
            // The path is misspelled in every release, and tools have come to know it so.
            RuleValidation.Validate(errors, path / "matchResouces", match);
        }
    }

    public static string ParamKindCell(ParamKind? param) => param is null ? Cells.Unset : param.APIVersion.Length == 0 ? param.Kind : $"{param.APIVersion}/{param.Kind}";

    public static string ParamRefCell(ParamRef? param) => param switch
    {
        null => Cells.Unset,
        { Name.Length: 0 } => Cells.SelectorText(param.Selector),
        { Namespace.Length: 0 } => $"*/{param.Name}",
        _ => $"{param.Namespace}/{param.Name}",
    };

    private static void ParamRef(FieldErrors errors, FieldPath path, ParamRef param)
    {
        if (param.Name.Length > 0)
        {
            errors.InvalidIf(CommonRules.PathSegmentProblem(param.Name), path / "name", param.Name);
        }

        errors.Selector(path / "selector", param.Selector);
        if (param is { Name.Length: > 0, Selector: not null })
        {
            errors.Forbidden(path / "name", "name and selector are mutually exclusive");
            errors.Forbidden(path / "selector", "name and selector are mutually exclusive");
        }

        if (param is { Name.Length: 0, Selector: null })
        {
            errors.Required(path, "one of name or selector must be specified");
        }

        errors.RequiredOneOf(path, "parameterNotFoundAction", param.ParameterNotFoundAction ?? "", ["Allow", "Deny"]);
    }

    private static bool IsIdentifier(string name) =>
        (char.IsAsciiLetter(name[0]) || name[0] == '_') && name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_') && Array.IndexOf(ReservedWords, name) < 0;
}
