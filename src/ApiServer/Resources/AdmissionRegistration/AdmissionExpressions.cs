using Navarch.Machinery.Cel;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.AdmissionRegistration;

/// <summary>What the expressions of webhooks and policies can name, and the rules they are written by.</summary>
internal static class AdmissionExpressions
{
    // Places of values in an evaluation, the same in every environment.
    public const int Object = 0;
    public const int OldObject = 1;
    public const int Request = 2;
    public const int NamespaceObject = 3;
    public const int Authorizer = 4;
    public const int RequestResource = 5;
    public const int Params = 6;
    public const int Variables = 7;
    public const int Count = 8;

    private static readonly CelType Operation = Type("JSONPatch", ("op", CelType.String), ("path", CelType.String), ("from", CelType.String), ("value", CelType.Dyn));

    // The name of what an environment does not have: nothing that an expression can spell.
    private const string Hidden = "";

    private static readonly CelType Texts = CelType.Map(CelType.String, CelType.String);

    private static readonly CelType KindType = Type("kubernetes.GroupVersionKind", ("group", CelType.String), ("version", CelType.String), ("kind", CelType.String));
    private static readonly CelType ResourceType = Type("kubernetes.GroupVersionResource", ("group", CelType.String), ("version", CelType.String), ("resource", CelType.String));

    private static readonly CelType UserType = Type(
        "kubernetes.UserInfo",
        ("username", CelType.String), ("uid", CelType.String), ("groups", CelType.List(CelType.String)), ("extra", CelType.Map(CelType.String, CelType.List(CelType.String))));

    private static readonly CelType RequestType = Type(
        "kubernetes.AdmissionRequest",
        ("kind", KindType), ("resource", ResourceType), ("subResource", CelType.String), ("requestKind", KindType), ("requestResource", ResourceType),
        ("requestSubResource", CelType.String), ("name", CelType.String), ("namespace", CelType.String), ("operation", CelType.String), ("userInfo", UserType),
        ("dryRun", CelType.Bool), ("options", CelType.Dyn));

    private static readonly CelType NamespaceType = Type(
        "kubernetes.Namespace",
        ("metadata", Type(
            "kubernetes.NamespaceMetadata",
            ("name", CelType.String), ("generateName", CelType.String), ("namespace", CelType.String), ("labels", Texts), ("annotations", Texts), ("UID", CelType.String),
            ("creationTimestamp", CelType.Timestamp), ("deletionGracePeriodSeconds", CelType.Int), ("deletionTimestamp", CelType.Timestamp), ("generation", CelType.Int),
            ("resourceVersion", CelType.String), ("finalizers", CelType.List(CelType.String)))),
        ("spec", Type("kubernetes.NamespaceSpec", ("finalizers", CelType.List(CelType.String)))),
        ("status", Type("kubernetes.NamespaceStatus", ("phase", CelType.String))));

    /// <summary>For the conditions under which a webhook is asked.</summary>
    public static CelEnvironment OfWebhooks { get; } = Environment(hasParams: false, hasAuthorizer: true);

    /// <summary>What an expression makes that says what an object is to be.</summary>
    public static CelType AppliedType { get; } = AnyObject("Object");

    /// <summary>What an expression makes that says how an object is to be changed.</summary>
    public static CelType PatchType { get; } = CelType.List(Operation);

    /// <param name="variables">Type of what an expression gives names to; null where there are no such names.</param>
    /// <param name="objectType">Type of the objects, where it is known.</param>
    /// <param name="paramsType">Type of the parameters, where it is known.</param>
    /// <param name="makesObjects">Expressions can make objects and patches.</param>
    public static CelEnvironment Environment(
        bool hasParams, bool hasAuthorizer, CelType? variables = null, CelType? objectType = null, CelType? paramsType = null, bool makesObjects = false) => new(
    [
        ("object", objectType ?? CelType.Dyn),
        ("oldObject", objectType ?? CelType.Dyn),
        ("request", RequestType),
        ("namespaceObject", NamespaceType),
        (hasAuthorizer ? "authorizer" : Hidden, CelAuthorizer.Type),
        (hasAuthorizer ? "authorizer.requestResource" : Hidden, CelAuthorizer.ResourceType),
        (hasParams ? "params" : Hidden, paramsType ?? CelType.Dyn),
        (variables is null ? Hidden : "variables", variables ?? CelType.Dyn),
    ], makesObjects ? Made : null);

    /// <summary>The type of <c>variables</c>, whose fields become known one after the other.</summary>
    public static CelType VariablesType(IReadOnlyDictionary<string, CelType> known) => CelType.Object("kubernetes.variables", known.GetValueOrDefault);

    /// <summary>Checks an expression and says what type it has; null where it does not compile.</summary>
    /// <param name="results">Types it may have; any where there are none. What is known only when it is evaluated is not enough.</param>
    public static CelType? Validate(FieldErrors errors, FieldPath path, CelEnvironment environment, string expression, params ReadOnlySpan<CelType> results)
    {
        CelType result;
        try
        {
            result = environment.Compile(expression).Result;
        }
        catch (CelException e)
        {
            errors.Invalid(path, expression, "compilation failed: " + e.Message);
            return null;
        }

        var names = new List<string>();
        foreach (var type in results)
        {
            if (type.Is(result))
            {
                return result;
            }

            names.Add(type.Kind == CelKind.Null ? type.Name : type.ToString());
        }

        if (names.Count > 0)
        {
            errors.Invalid(path, expression, names.Count == 1 ? $"must evaluate to {names[0]}" : $"must evaluate to one of [{string.Join(' ', names)}]");
        }

        return result;
    }

    // Object.spec.template is the type of what is at that place; what fields it has only the kind of an object tells.
    private static CelType? Made(string name) =>
        name == Operation.Name ? Operation
        : name == AppliedType.Name || name.StartsWith("Object.", StringComparison.Ordinal) ? AnyObject(name)
        : null;

    private static CelType AnyObject(string name) => CelType.Object(name, static _ => CelType.Dyn);

    private static CelType Type(string name, params (string Name, CelType Type)[] fields)
    {
        var byName = fields.ToDictionary(static field => field.Name, static field => field.Type);
        return CelType.Object(name, byName.GetValueOrDefault);
    }
}
