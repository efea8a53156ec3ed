using Navarch.ApiServer.Resources.AdmissionRegistration;
using Navarch.Machinery.Cel;
using Navarch.Machinery.Errors;
using Navarch.Machinery.Json;

namespace Navarch.ApiServer.Authentication.Oidc;

/// <summary>What expressions about the holders of tokens can name: the claims of the token, or the user that was made of them.</summary>
internal static class ClaimExpressions
{
    private const string Claims = "claims";

    private static readonly CelEnvironment OfClaims = new([(Claims, CelType.Map(CelType.String, CelType.Dyn))]);
    private static readonly CelEnvironment OfUser = new([("user", SchemaTypes.Of(Api.Authentication.V1.UserInfo.Schema))]);

    /// <exception cref="CelException">It does not compile.</exception>
    public static CelProgram OverClaims(string expression) => OfClaims.Compile(expression);

    /// <exception cref="CelException">It does not compile.</exception>
    public static CelProgram OverUser(string expression) => OfUser.Compile(expression);

    /// <summary>Checks an expression whose value becomes part of a user: what it is, is known when it is evaluated.</summary>
    public static void ValidateMapping(FieldErrors errors, FieldPath path, string expression) => AdmissionExpressions.Validate(errors, path, OfClaims, expression);

    public static void ValidateRule(FieldErrors errors, FieldPath path, string expression) => AdmissionExpressions.Validate(errors, path, OfClaims, expression, CelType.Bool);

    public static void ValidateUserRule(FieldErrors errors, FieldPath path, string expression) => AdmissionExpressions.Validate(errors, path, OfUser, expression, CelType.Bool);

    /// <param name="expression">One that compiles, or none.</param>
    public static bool LooksAt(string expression, string claim) => expression.Length > 0 && CelReading.LooksAt(expression, Claims, claim);

    /// <summary>The value as a document. Null where it cannot be evaluated, or nothing in JSON is like it; then there is a problem.</summary>
    public static JsonNode? Evaluate(CelProgram program, JsonNode subject, CelBudget budget, out string problem)
    {
        problem = "";
        try
        {
            var value = program.Evaluate([JsonValues.Of(subject)], budget);
            if (value is CelError error)
            {
                problem = error.Message;
                return null;
            }

            return JsonValues.ToJson(value);
        }
        catch (CelBudgetException e)
        {
            problem = e.Message;
            return null;
        }
    }
}
