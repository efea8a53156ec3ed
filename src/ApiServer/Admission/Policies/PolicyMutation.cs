using Navarch.Api;
using Navarch.Api.Json;
using Navarch.ApiServer.Admission.Expressions;
using Navarch.ApiServer.Admission.Webhooks;
using Navarch.ApiServer.Authorization;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Apply;
using Navarch.Machinery.Cel;
using Navarch.Machinery.Errors;
using Navarch.Machinery.Json;
using Navarch.Machinery.Patch;

namespace Navarch.ApiServer.Admission.Policies;

/// <summary>Lets the policies that are bound change an object, one after the other, each what those before made of it.</summary>
internal sealed class PolicyMutation(PolicyIndex<MutatingPolicy> index, HookMatcher matcher, PolicyParameters parameters, Kind namespaces, IAuthorizer authorizer)
{
    /// <summary>There is no policy that holds anywhere.</summary>
    public bool IsSilent => index.Current is null;

    /// <summary>Whether policies may change what the request is about.</summary>
    public bool Sees(Kind kind, WriteOptions options) => !IsSilent && !options.IsAdmitted && !PolicyAdmission.IsExempt(kind) && !ReferenceEquals(options.User, UserInfo.Server);

    /// <param name="take">Makes the object that is shown next out of one that a policy changed.</param>
    /// <param name="left">What each policy left behind when it was asked before: those that want to know are asked again where somebody changed it since.</param>
    /// <returns>Whether the object was changed.</returns>
    /// <exception cref="StatusException">A policy could not be followed.</exception>
    public async ValueTask<bool> MutateAsync(HookedRequest request, Func<IApiObject, IApiObject> take, Dictionary<MutatingPolicy, IApiObject> left, CancellationToken ct)
    {
        if (index.Current is not { } policies || request.Value is null || request.Operation == "DELETE" || !Sees(request.Kind, request.Options))
        {
            return false;
        }

        var before = request.Value;
        var isAgain = left.Count > 0;
        foreach (var (policy, bindings) in policies)
        {
            if ((isAgain && !(policy.IsReinvoked && left.TryGetValue(policy, out var value) && !value.Equals(request.Value))) || await matcher.MatchAsync(policy.Scope, request, ct) is not { } version)
            {
                continue;
            }

            foreach (var binding in bindings)
            {
                if (binding.Scope is null || await matcher.MatchAsync(binding.Scope, request, ct) is not null)
                {
                    await FollowAsync(policy, binding, version, request, take, ct);
                }
            }

            left[policy] = request.Value;
        }

        return !request.Value.Equals(before);
    }

    private async ValueTask FollowAsync(MutatingPolicy policy, PolicyBinding binding, Kind version, HookedRequest request, Func<IApiObject, IApiObject> take, CancellationToken ct)
    {
        try
        {
            if ((policy.Scope.Problem ?? binding.Scope?.Problem) is { } problem)
            {
                throw new PolicyException("failed to configure binding: " + problem);
            }

            foreach (var parameter in await parameters.FindAsync(policy, binding, request, ct))
            {
                if (await ChangedAsync(policy, version, request, parameter, ct) is { } json)
                {
                    var changed = request.Form.Read(version, json, request.Value!, out var problems);
                    request.Options.Warnings.AddRange(problems);
                    request.Value = take(changed);
                }
            }
        }
        catch (Exception e) when (e is PolicyException or PatchException or ApiJsonException)
        {
            if (!policy.FailsOpen)
            {
                throw PolicyReport.Refusal(request, $"policy '{policy.Name}' with binding '{binding.Name}' denied request: {e.Message}", "").AsException(e);
            }
        }
    }

    /// <summary>What the policy makes of the object: all of its mutations, or none. Null where it does not apply.</summary>
    private async ValueTask<byte[]?> ChangedAsync(MutatingPolicy policy, Kind version, HookedRequest request, byte[]? parameter, CancellationToken ct)
    {
        var values = new RequestValues(request, version, namespaces, authorizer);
        if (policy.Conditions is { } conditions)
        {
            var (hold, problem) = await conditions.HoldAsync(values, parameter, ct);
            if (!hold)
            {
                return problem is null ? null : throw new PolicyException(problem);
            }
        }

        var evaluation = new Evaluation(new CelBudget(), values.Authorizer);
        var variables = evaluation.Values(values, parameter, policy.Body.Variables);
        var document = JsonNode.Parse(request.Json(version)!);
        foreach (var (expression, isPatch) in policy.Body.Mutations)
        {
            // Each sees what those before it made.
            Evaluation.Show(variables, document);
            document = await RunAsync(evaluation, expression, variables, ct) is not { } made ? throw new PolicyException($"expression '{expression.Text}' did not evaluate to an object")
                : isPatch ? JsonPatch.Read(made).Apply(document)
                : Merged(request.Form.SchemaIn(version), (JsonObject)document, made);
        }

        return document.ToUtf8();
    }

    private static async ValueTask<JsonNode?> RunAsync(Evaluation evaluation, Expression expression, object?[] variables, CancellationToken ct)
    {
        try
        {
            var value = await evaluation.RunAsync(expression, variables, ct);
            return value is CelError error ? throw new PolicyException(error.Message) : JsonValues.ToJson(value);
        }
        catch (CelBudgetException)
        {
            throw new PolicyException(Evaluation.OutOfBudget);
        }
    }

    private static JsonObject Merged(Schema schema, JsonObject document, JsonNode made)
    {
        var configuration = made as JsonObject ?? throw new PolicyException("applyConfiguration must evaluate to an object");
        return WholeFields.In(configuration, schema) is { } path
            ? throw new PolicyException($"error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: {path}")
            : Applying.Merge(document, configuration, schema);
    }
}
