using Navarch.Api;
using Navarch.Api.Authentication.V1;
using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.Api.Protobuf;
using Navarch.ApiServer.Admission.Webhooks;
using Navarch.ApiServer.Authorization.Nodes;
using Navarch.ApiServer.Handlers;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Tokens;

/// <summary>POST of <c>serviceaccounts/NAME/token</c>: a token for the account.</summary>
internal sealed class TokenSubresource(ServiceAccountTokens tokens, ObjectWriter objects, Catalog catalog, NodeRestriction nodes, TimeProvider time) : ObjectSubresource
{
    private const long SecondsMin = 600;
    private const long SecondsMax = 1L << 32;
    private const long SecondsDefault = 3600;

    // What kubelets ask for on behalf of pods. Programs that read their token only once must not stop after an hour.
    private const long SecondsOfPods = 3607;

    private static readonly TimeSpan LifetimeOfPods = TimeSpan.FromDays(365);

    private static readonly BodyForm<TokenRequest> Form = new("authentication.k8s.io", "v1", static request => request.Metadata);

    public override SubresourceType? Describe(Kind kind) =>
        kind.Type == ServiceAccount.ResourceType ? new SubresourceType("token", "authentication.k8s.io", "v1", "TokenRequest", "create") : null;

    protected override byte[] JsonOf(ApiProto.Envelope envelope) => BodyDecoder.JsonOf<TokenRequest>(envelope);

    public override async Task<SubresourceAnswer> InvokeAsync(SubresourceCall call, CancellationToken ct)
    {
        var request = BodyDecoder.Decode<TokenRequest>(call.Body.Span, "TokenRequest", "v1");
        CheckAddress(request, call);
        request = await objects.AdmitBodyAsync(Form, call.Kind, call.Namespace, call.Name, request, call.Write, ct);
        await nodes.CheckTokenAsync(call.Write.User, call.Namespace, call.Name, request, ct);
        var account = (ServiceAccount)await GetAsync<ServiceAccount>(call.Namespace, call.Name, ct);
        var seconds = request.Spec.ExpirationSeconds ?? SecondsDefault;
        var errors = new FieldErrors();
        if (seconds < SecondsMin)
        {
            errors.Invalid("spec.expirationSeconds", seconds, "may not specify a duration less than 10 minutes");
        }

        if (seconds > SecondsMax)
        {
            errors.Invalid("spec.expirationSeconds", seconds, "may not specify a duration larger than 2^32 seconds");
        }

        ThrowIfAny(errors, "");
        var audiences = request.Spec.Audiences.Count > 0 ? request.Spec.Audiences : tokens.Audiences;
        var bound = request.Spec.BoundObjectRef is { } reference ? await BoundAsync(reference, call, ct) : [];
        if (tokens.Config.LifetimeMax is { } most && seconds > most.TotalSeconds)
        {
            call.Write.Warnings.Add($"requested expiration of {seconds} seconds shortened to {most.TotalSeconds:0} seconds");
            seconds = (long)most.TotalSeconds;
        }

        var isForPod = tokens.Config.ExtendsLifetime && bound.Any(static pair => pair.Key == "pod") && seconds == SecondsOfPods && audiences.All(tokens.Audiences.Contains);
        var now = MetadataRules.WholeSeconds(time.GetUtcNow());
        var lifetime = TimeSpan.FromSeconds(seconds);
        var token = isForPod
            ? await tokens.IssueAsync(account, audiences, LifetimeOfPods, lifetime, bound, ct)
            : await tokens.IssueAsync(account, audiences, lifetime, null, bound, ct);
        call.Write.Audit?.Annotate("authentication.kubernetes.io/issued-credential-id", token.CredentialId);
        return SubresourceAnswer.Of(201, request with
        {
            Metadata = request.Metadata with { Name = account.Metadata.Name, Namespace = account.Metadata.Namespace, CreationTimestamp = now },
            Spec = request.Spec with { Audiences = audiences, ExpirationSeconds = seconds },
            Status = new TokenRequestStatus { Token = token.Text, ExpirationTimestamp = now + lifetime },
        });
    }

    private static void CheckAddress(TokenRequest request, SubresourceCall call)
    {
        var errors = new FieldErrors();
        if (request.Metadata.Name.Length > 0 && request.Metadata.Name != call.Name)
        {
            errors.Invalid("metadata.name", request.Metadata.Name, "must match the service account name if specified");
        }
        else if (request.Metadata.Namespace.Length > 0 && request.Metadata.Namespace != call.Namespace)
        {
            errors.Invalid("metadata.namespace", request.Metadata.Namespace, "must match the service account namespace if specified");
        }

        ThrowIfAny(errors, call.Name);
    }

    private static void ThrowIfAny(FieldErrors errors, string name)
    {
        if (errors.Any)
        {
            throw StatusErrors.Invalid("authentication.k8s.io", "TokenRequest", name, errors.All).AsException();
        }
    }

    /// <summary>What the token is bound to, and for a pod the node it is on.</summary>
    private async Task<IReadOnlyList<KeyValuePair<string, ObjectMeta>>> BoundAsync(BoundObjectReference reference, SubresourceCall call, CancellationToken ct)
    {
        var bound = new List<KeyValuePair<string, ObjectMeta>>();
        switch (reference)
        {
            case { APIVersion: "v1", Kind: "Pod" }:
                var pod = (Pod)await GetAsync<Pod>(call.Namespace, reference.Name, ct);
                if (pod.Spec.ServiceAccountName != call.Name)
                {
                    throw StatusErrors.BadRequest($"cannot bind token for serviceaccount \"{call.Name}\" to pod running with different serviceaccount name.").AsException();
                }

                bound.Add(new("pod", pod.Metadata));
                if (pod.Spec.NodeName.Length > 0)
                {
                    var node = await objects.FindAsync(catalog.Get<Node>(), pod.Spec.NodeName, ct);
                    bound.Add(new("node", node?.Value.Metadata ?? new ObjectMeta { Name = pod.Spec.NodeName }));
                }

                break;
            case { APIVersion: "v1", Kind: "Node" }:
                bound.Add(new("node", (await GetAsync<Node>("", reference.Name, ct)).Metadata));
                break;
            case { APIVersion: "v1", Kind: "Secret" }:
                bound.Add(new("secret", (await GetAsync<Secret>(call.Namespace, reference.Name, ct)).Metadata));
                break;
            default:
                var (group, version) = reference.APIVersion.Split('/') is [var first, var second] ? (first, second) : ("", reference.APIVersion);
                throw StatusErrors.BadRequest($"cannot bind token to object of type {group}/{version}, Kind={reference.Kind}").AsException();
        }

        return reference.UID.Length == 0 || reference.UID == bound[0].Value.UID
            ? bound
            : throw StatusErrors.Conflict(
                "", reference.Kind, reference.Name,
                $"the UID in the bound object reference ({reference.UID}) does not match the UID in record. The object might have been deleted and then recreated").AsException();
    }

    private async Task<IResource> GetAsync<T>(string @namespace, string name, CancellationToken ct) where T : class, IResource<T>
    {
        var kind = catalog.Get<T>();
        var found = await objects.FindAsync(kind, kind.Key(@namespace, name), ct) ?? throw StatusErrors.NotFound(kind.Type, name).AsException();
        return found.Value;
    }
}
