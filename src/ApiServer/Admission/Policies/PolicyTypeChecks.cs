using Navarch.Api.AdmissionRegistration.V1;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.Resources.AdmissionRegistration;
using Navarch.Machinery.Cel;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Admission.Policies;

/// <summary>
/// Looks for mistakes in policies that show only when the types of objects are known: <c>object.spec.replica</c>. A policy is
/// compiled without them, as it may be about many kinds: what is found here is a warning.
/// </summary>
internal static class PolicyTypeChecks
{
    // A policy about everything is checked against nothing: its author does not mean one kind.
    private const string All = "*";

    private const int KindsMax = 10;

    public static IReadOnlyList<ExpressionWarning> Of(ValidatingAdmissionPolicySpec spec, Catalog catalog)
    {
        var kinds = KindsOf(spec, catalog);
        var warnings = new List<ExpressionWarning>();
        for (var i = 0; kinds.Count > 0 && i < spec.Validations.Count; i++)
        {
            var path = (FieldPath.Of("spec") / "validations")[i];
            Check(path / "expression", spec.Validations[i].Expression, hasAuthorizer: true);
            if (spec.Validations[i].MessageExpression is { Length: > 0 } expression)
            {
                Check(path / "messageExpression", expression, hasAuthorizer: false);
            }
        }

        return warnings;

        void Check(FieldPath path, string expression, bool hasAuthorizer)
        {
            var found = kinds.Select(kind => (Kind: kind, Problem: Problem(spec, kind, expression, hasAuthorizer, catalog))).Where(static one => one.Problem is not null)
                .Select(static one => $"{one.Kind.Type.Group}/{one.Kind.Type.Version}, Kind={one.Kind.Type.Kind}: {one.Problem}").ToList();
            if (found.Count > 0)
            {
                warnings.Add(new ExpressionWarning { FieldRef = path, Warning = string.Join('\n', found) });
            }
        }
    }

    private static List<Kind> KindsOf(ValidatingAdmissionPolicySpec spec, Catalog catalog) =>
    [
        .. (spec.MatchConstraints?.ResourceRules ?? [])
            .Where(static rule => !rule.APIGroups.Contains(All) && !rule.APIVersions.Contains(All) && !rule.Resources.Any(static resource => resource.Contains(All)))
            .SelectMany(rule => rule.APIGroups.SelectMany(group => rule.APIVersions.SelectMany(version => rule.Resources.Select(resource => catalog.Find(group, version, resource)))))
            .OfType<Kind>().Distinct().Take(KindsMax),
    ];

    private static string? Problem(ValidatingAdmissionPolicySpec spec, Kind kind, string expression, bool hasAuthorizer, Catalog catalog)
    {
        var known = new Dictionary<string, CelType>();
        var variables = AdmissionExpressions.VariablesType(known);
        var objectType = SchemaTypes.Of(kind.Schema);
        var paramsType = spec.ParamKind is { } param && catalog.FindKind(param.APIVersion, param.Kind) is { } found ? SchemaTypes.Of(found.Schema) : CelType.Dyn;
        var named = AdmissionExpressions.Environment(spec.ParamKind is not null, hasAuthorizer: true, variables, objectType, paramsType);
        foreach (var variable in spec.Variables)
        {
            known[variable.Name] = Compile(named, variable.Expression, out _) ?? CelType.Dyn;
        }

        Compile(AdmissionExpressions.Environment(spec.ParamKind is not null, hasAuthorizer, variables, objectType, paramsType), expression, out var problem);
        return problem;
    }

    private static CelType? Compile(CelEnvironment environment, string expression, out string? problem)
    {
        problem = null;
        try
        {
            return environment.Compile(expression).Result;
        }
        catch (CelException e)
        {
            problem = e.Message;
            return null;
        }
    }
}
