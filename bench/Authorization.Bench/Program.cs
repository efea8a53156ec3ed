using System.Diagnostics;
using Navarch.Api.Meta.V1;
using Navarch.Api.Rbac.V1;
using Navarch.ApiServer.Authorization;
using Navarch.ApiServer.Authorization.Defaults;
using Navarch.ApiServer.Authorization.Rbac;
using Navarch.ApiServer.Pipeline;
using Navarch.ApiServer.Registry;

// What a decision costs, with the default roles alone and with 10,000 bindings of others beside them: the two must not
// differ. Against it, the plain way: go through all bindings and ask each whether it is for this user.
const int Bindings = 10_000;
const int Samples = 2_000;
const int DecisionsPerSample = 50;

var policy = DefaultPolicy.Read();
var small = new RbacIndex();
var large = new RbacIndex();
var everything = new List<(Subject Subject, string Namespace, RoleRules Rules)>();
var rules = policy.ClusterRoles.ToDictionary(static role => role.Metadata.Name, static role => new RoleRules(role.Rules));
foreach (var index in (RbacIndex[])[small, large])
{
    foreach (var role in policy.ClusterRoles)
    {
        index.Learn(null, role);
    }

    foreach (var binding in policy.ClusterBindings)
    {
        index.Learn(null, binding);
    }

    index.Learn(null, Bind("team-0", "mine", "edit", "ann"));
}

everything.AddRange(policy.ClusterBindings.SelectMany(binding => binding.Subjects.Select(subject => (subject, "", rules[binding.RoleRef.Name]))));
var began = Stopwatch.GetTimestamp();
for (var i = 0; i < Bindings; i++)
{
    large.Learn(null, Bind($"team-{i % 500}", $"binding-{i}", i % 3 == 0 ? "admin" : "view", $"user-{i}"));
}

Console.WriteLine($"{Bindings:N0} bindings learned in {Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms");
everything.AddRange(Enumerable.Range(0, Bindings).Select(i => (new Subject { Kind = "User", Name = $"user-{i}" }, $"team-{i % 500}", rules[i % 3 == 0 ? "admin" : "view"])));
everything.Add((new Subject { Kind = "User", Name = "ann" }, "team-0", rules["edit"]));

var ann = new UserInfo("ann", ["developers", "system:authenticated"]);
var root = new UserInfo("root", ["system:masters", "system:authenticated"]);
var allowed = Ask("update", "apps", "deployments", "team-0");
var refused = Ask("delete", "", "nodes", "");
Console.WriteLine();
Console.WriteLine("| decision | p50 ns | p99 ns | bytes allocated |");
Console.WriteLine("|---|---|---|---|");
Print("allowed, default roles only", () => Decide(small, ann, allowed));
Print($"allowed, {Bindings:N0} bindings of others", () => Decide(large, ann, allowed));
Print("refused, default roles only", () => Decide(small, ann, refused));
Print($"refused, {Bindings:N0} bindings of others", () => Decide(large, ann, refused));
Print("system:masters", () => Decide(large, root, allowed));
Print($"the plain way, {Bindings:N0} bindings of others", () => everything.Exists(grant =>
    (grant.Subject.Kind == "Group" ? ann.IsIn(grant.Subject.Name) : grant.Subject.Name == ann.Name)
    && (grant.Namespace.Length == 0 || grant.Namespace == allowed.Namespace) && grant.Rules.Allows(allowed)));

static bool Decide(RbacIndex index, UserInfo user, RequestInfo request)
{
    var asked = Chains.Of(index).DecideAsync(user, request, default);
    return asked.IsCompletedSuccessfully && asked.Result.IsAllowed;
}

static RoleBinding Bind(string @namespace, string name, string role, string user) => new()
{
    Metadata = new ObjectMeta { Namespace = @namespace, Name = name },
    RoleRef = new RoleRef { APIGroup = "rbac.authorization.k8s.io", Kind = "ClusterRole", Name = role },
    Subjects = [new Subject { APIGroup = "rbac.authorization.k8s.io", Kind = "User", Name = user }],
};

static RequestInfo Ask(string verb, string group, string resource, string @namespace) =>
    new() { Path = "", IsResource = true, Verb = verb, Group = group, Version = "v1", Resource = resource, Namespace = @namespace, Name = "x" };

static void Print(string name, Func<bool> decide)
{
    for (var i = 0; i < Samples * DecisionsPerSample / 10; i++)
    {
        decide(); // Until the code is as fast as it gets.
    }

    var nanoseconds = new double[Samples];
    var bytes = GC.GetAllocatedBytesForCurrentThread();
    for (var i = 0; i < Samples; i++)
    {
        // One decision is shorter than the clock is fine.
        var start = Stopwatch.GetTimestamp();
        for (var j = 0; j < DecisionsPerSample; j++)
        {
            decide();
        }

        nanoseconds[i] = Stopwatch.GetElapsedTime(start).TotalNanoseconds / DecisionsPerSample;
    }

    bytes = (GC.GetAllocatedBytesForCurrentThread() - bytes) / (Samples * DecisionsPerSample);
    Array.Sort(nanoseconds);
    Console.WriteLine($"| {name} | {nanoseconds[Samples / 2]:0} | {nanoseconds[Samples * 99 / 100]:0} | {bytes} |");
}

/// <summary>The chain of a server without nodes, made once per index.</summary>
internal static class Chains
{
    private static readonly Dictionary<RbacIndex, AuthorizerChain> Made = [];

    public static AuthorizerChain Of(RbacIndex index) => Made.TryGetValue(index, out var chain) ? chain : Made[index] = new AuthorizerChain([new RbacAuthorizer(index)]);
}
