using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Admission;

/// <summary>Lets pods stay five minutes on a node that does not answer, unless they say something else.</summary>
internal sealed class DefaultTolerations : IAdmission
{
    private const long Seconds = 300;
    private const string NotReady = "node.kubernetes.io/not-ready";
    private const string Unreachable = "node.kubernetes.io/unreachable";

    public ValueTask<IResource> AdmitAsync(AdmissionRequest request, CancellationToken ct)
    {
        // On updates, too: a manifest that is applied again does not have them.
        if (request is not { Operation: "CREATE" or "UPDATE", Options.Subresource: "", Value: Pod pod })
        {
            return new(request.Value);
        }

        var tolerations = pod.Spec.Tolerations;
        var added = new List<Toleration>(2);
        foreach (var key in (string[])[NotReady, Unreachable])
        {
            if (!tolerations.Any(t => (t.Key == key || (t.Key.Length == 0 && t.Operator == "Exists")) && t.Effect is "NoExecute" or ""))
            {
                added.Add(new Toleration { Key = key, Operator = "Exists", Effect = "NoExecute", TolerationSeconds = Seconds });
            }
        }

        return new(added.Count == 0 ? pod : pod with { Spec = pod.Spec with { Tolerations = [.. tolerations, .. added] } });
    }
}
