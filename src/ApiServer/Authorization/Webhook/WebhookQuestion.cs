using Navarch.Api.Authorization.V1;
using Navarch.Api.Json;
using Navarch.Api.Meta.V1;
using Navarch.ApiServer.Pipeline;
using Navarch.Machinery.Json;
using Navarch.Machinery.Selectors;
using UserInfo = Navarch.ApiServer.Registry.UserInfo;

namespace Navarch.ApiServer.Authorization;

/// <summary>What a webhook is asked: may this user do that?</summary>
internal static class WebhookQuestion
{
    public static SubjectAccessReview Of(UserInfo user, RequestInfo request) => new()
    {
        Spec = new SubjectAccessReviewSpec
        {
            User = user.Name,
            UID = user.Uid,
            Groups = user.Groups,
            Extra = user.Extra,
            NonResourceAttributes = request.IsResource ? null : new NonResourceAttributes { Path = request.Path, Verb = request.Verb },
            ResourceAttributes = !request.IsResource ? null : new ResourceAttributes
            {
                Verb = request.Verb,
                Group = request.Group,
                Version = request.Version,
                Namespace = request.Namespace,
                Resource = request.Resource,
                Subresource = request.Subresource,
                Name = request.ObjectName,
                FieldSelector = Fields(request.FieldSelector) is { Count: > 0 } fields ? new FieldSelectorAttributes { Requirements = fields } : null,
                LabelSelector = Labels(request.LabelSelector) is { Count: > 0 } labels ? new LabelSelectorAttributes { Requirements = labels } : null,
            },
        },
    };

    /// <param name="version">v1, or v1beta1, which knows the groups by another name.</param>
    public static byte[] Write(SubjectAccessReview question, string version)
    {
        var json = ApiJson.ToUtf8(question);
        if (version == "v1" || JsonNode.Parse(json) is not JsonObject review)
        {
            return json;
        }

        review["apiVersion"] = new JsonText("authorization.k8s.io/" + version);
        if (review["spec"] is JsonObject spec && spec["groups"] is { } groups)
        {
            spec.Remove("groups");
            spec["group"] = groups;
        }

        return review.ToUtf8();
    }

    // A selector only narrows what is asked for. What of it cannot be said leaves the question wider, and is refused by who reads it.
    private static List<FieldSelectorRequirement> Fields(string selector)
    {
        try
        {
            return selector.Length == 0 ? [] : [.. FieldSelector.Parse(selector).Terms.Select(static term => new FieldSelectorRequirement
            {
                Key = term.Field, Operator = term.IsEqual ? "In" : "NotIn", Values = [term.Value],
            })];
        }
        catch (SelectorException)
        {
            return [];
        }
    }

    private static List<LabelSelectorRequirement> Labels(string selector)
    {
        try
        {
            return selector.Length == 0 ? [] : [.. Selector.Parse(selector).Requirements.Select(Requirement).OfType<LabelSelectorRequirement>()];
        }
        catch (SelectorException)
        {
            return [];
        }
    }

    private static LabelSelectorRequirement? Requirement(LabelRequirement one) => one.Operator switch
    {
        LabelOperator.Equal or LabelOperator.DoubleEqual or LabelOperator.In => new LabelSelectorRequirement { Key = one.Key, Operator = "In", Values = one.Values },
        LabelOperator.NotEqual or LabelOperator.NotIn => new LabelSelectorRequirement { Key = one.Key, Operator = "NotIn", Values = one.Values },
        LabelOperator.Exists => new LabelSelectorRequirement { Key = one.Key, Operator = "Exists" },
        LabelOperator.DoesNotExist => new LabelSelectorRequirement { Key = one.Key, Operator = "DoesNotExist" },
        _ => null, // Questions of access have no word for it.
    };
}
