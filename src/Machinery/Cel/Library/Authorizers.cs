using Navarch.Machinery.Cel.Checking;
using Navarch.Machinery.Cel.Evaluation;

namespace Navarch.Machinery.Cel.Library;

/// <summary>Questions about rights: <c>authorizer.group('apps').resource('deployments').namespace('web').check('update').allowed()</c>.</summary>
internal static class Authorizers
{
    public const string TypeName = "kubernetes.authorization.Authorizer";
    public const string ResourceCheck = "kubernetes.authorization.ResourceCheck";
    private const string PathCheck = "kubernetes.authorization.PathCheck";
    private const string GroupCheck = "kubernetes.authorization.GroupCheck";
    private const string DecisionType = "kubernetes.authorization.Decision";

    // A question may leave the process: an expression asks two at most.
    private const int CheckCost = 350_000;

    public static IEnumerable<Overload> All =>
    [
        Signature.Read($"{TypeName}.path(string) -> {PathCheck}", static (a, _) => (string)a[1] is { Length: > 0 } path ? As(PathCheck, a[0], access => access with { Path = path }) : new CelError("path must not be empty")),
        Signature.Read($"{TypeName}.group(string) -> {GroupCheck}", static (a, _) => As(GroupCheck, a[0], With(a[1], static (access, group) => access with { Group = group }))),
        Signature.Read($"{TypeName}.serviceAccount(string, string) -> {TypeName}", static (a, _) =>
        {
            var (@namespace, name) = ((string)a[1], (string)a[2]);
            return @namespace.Length == 0 ? new CelError("Invalid service account namespace")
                : name.Length == 0 ? new CelError("Invalid service account name")
                : As(TypeName, a[0], access => access with { ServiceAccount = (@namespace, name) });
        }),
        Signature.Read($"{GroupCheck}.resource(string) -> {ResourceCheck}", static (a, _) => (string)a[1] is { Length: > 0 } resource ? As(ResourceCheck, a[0], access => access with { Resource = resource }) : new CelError("resource must not be empty")),
        Signature.Read($"{ResourceCheck}.subresource(string) -> {ResourceCheck}", static (a, _) => As(ResourceCheck, a[0], With(a[1], static (access, name) => access with { Subresource = name }))),
        Signature.Read($"{ResourceCheck}.namespace(string) -> {ResourceCheck}", static (a, _) => As(ResourceCheck, a[0], With(a[1], static (access, name) => access with { Namespace = name }))),
        Signature.Read($"{ResourceCheck}.name(string) -> {ResourceCheck}", static (a, _) => As(ResourceCheck, a[0], With(a[1], static (access, name) => access with { Name = name }))),
        Signature.Read($"{ResourceCheck}.fieldSelector(string) -> {ResourceCheck}", static (a, _) => As(ResourceCheck, a[0], With(a[1], static (access, text) => access with { FieldSelector = text }))),
        Signature.Read($"{ResourceCheck}.labelSelector(string) -> {ResourceCheck}", static (a, _) => As(ResourceCheck, a[0], With(a[1], static (access, text) => access with { LabelSelector = text }))),
        Signature.Read($"{ResourceCheck}.check(string) -> {DecisionType}", Check),
        Signature.Read($"{PathCheck}.check(string) -> {DecisionType}", Check),
        Signature.Read($"{DecisionType}.allowed() -> bool", static (a, _) => Values.Box(((Decided)a[0]).Decision.IsAllowed)),
        Signature.Read($"{DecisionType}.reason() -> string", static (a, _) => ((Decided)a[0]).Decision.Reason),
        Signature.Read($"{DecisionType}.errored() -> bool", static (a, _) => Values.Box(((Decided)a[0]).Decision.Error.Length > 0)),
        Signature.Read($"{DecisionType}.error() -> string", static (a, _) => ((Decided)a[0]).Decision.Error),
    ];

    private static object Check(ReadOnlySpan<object> arguments, CelRun run)
    {
        run.Spend(CheckCost);
        var question = (Question)arguments[0];
        return new Decided(question.Authorizer.Decide(question.Access with { Verb = (string)arguments[1] }));
    }

    private static Question As(string type, object value, Func<CelAccess, CelAccess> change) => new(type, ((Question)value).Authorizer, change(((Question)value).Access));

    private static Func<CelAccess, CelAccess> With(object text, Func<CelAccess, string, CelAccess> change) => access => change(access, (string)text);

    public sealed record Question(string TypeName, ICelAuthorizer Authorizer, CelAccess Access) : ICelValue;

    private sealed record Decided(CelDecision Decision) : ICelValue
    {
        public string TypeName => DecisionType;
    }
}
