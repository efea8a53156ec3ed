using Navarch.Api.Core.V1;
using Navarch.ApiServer.Admission.Webhooks;
using Navarch.ApiServer.Authorization;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.Resources.AdmissionRegistration;
using Navarch.Machinery.Cel;
using Navarch.Machinery.Json;

namespace Navarch.ApiServer.Admission.Expressions;

/// <summary>One request as expressions see it, in the version that whoever wrote them asked for.</summary>
internal sealed class RequestValues
{
    private readonly object?[] values = new object?[AdmissionExpressions.Count];

    /// <param name="version">The kind, in the version of the rule that matched.</param>
    /// <param name="namespaces">Where the namespace of the object is found; null where expressions are not told of it.</param>
    public RequestValues(HookedRequest request, Kind version, Kind? namespaces, IAuthorizer authorizer)
    {
        Authorizer = new RequestAuthorizer(authorizer, request.Options.User);
        values[AdmissionExpressions.Object] = Document(request.Json(version));
        values[AdmissionExpressions.OldObject] = Document(request.OldJson(version));
        values[AdmissionExpressions.Request] = JsonValues.Of(Review(request, version));
        values[AdmissionExpressions.NamespaceObject] = Document(namespaces is null ? null : NamespaceOf(request, namespaces));
        values[AdmissionExpressions.Authorizer] = CelAuthorizer.Of(Authorizer);
        values[AdmissionExpressions.RequestResource] = CelAuthorizer.Of(Authorizer, new CelAccess
        {
            Group = version.Type.Group,
            Resource = version.Type.Plural,
            Subresource = request.Subresource,
            Namespace = request.Namespace,
            Name = request.Name,
        });
    }

    public RequestAuthorizer Authorizer { get; }

    /// <summary>The values, in the order of the variables.</summary>
    /// <param name="parameters">The object that the policy is given; null where it is given none.</param>
    public object?[] With(byte[]? parameters)
    {
        var copy = (object?[])values.Clone();
        copy[AdmissionExpressions.Params] = Document(parameters);
        return copy;
    }

    private static object Document(byte[]? json) => json is null ? JsonNull.Value : JsonValues.Of(JsonNode.Parse(json));

    // What a webhook is told of the request, without the objects.
    private static JsonNode Review(HookedRequest request, Kind version) =>
        ((JsonObject)JsonNode.Parse(AdmissionReview.Write("v1", "", version, request, null, null).Span))["request"]!;

    // A namespace lies in none.
    private static byte[]? NamespaceOf(HookedRequest request, Kind namespaces) =>
        request.Namespace.Length == 0 || request.Kind.Type == Namespace.ResourceType ? null : namespaces.Objects.Current.Objects.Find(request.Namespace)?.Json;
}
