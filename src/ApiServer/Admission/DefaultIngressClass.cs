using Navarch.Api;
using Navarch.Api.Networking.V1;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Admission;

/// <summary>An ingress that names no class gets the default one.</summary>
internal sealed class DefaultIngressClass(Kind classes) : IAdmission
{
    private const string OldAnnotation = "kubernetes.io/ingress.class";

    public ValueTask<IResource> AdmitAsync(AdmissionRequest request, CancellationToken ct) =>
        request is { Operation: "CREATE", Options.Subresource: "", Value: Ingress { Spec.IngressClassName: null } ingress }
        && !ingress.Metadata.Annotations.ContainsKey(OldAnnotation)
        && DefaultClass.Find(classes, "ingressclass.kubernetes.io/is-default-class") is { } name
            ? new(ingress with { Spec = ingress.Spec with { IngressClassName = name } })
            : new(request.Value);
}
