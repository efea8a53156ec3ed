using Navarch.Api.Certificates.V1;
using Navarch.Machinery.Certificates;

namespace Navarch.Controllers.Certificates;

/// <summary>What the signers of kubernetes.io ask of a request. The sentences are upstream's: they end up in conditions.</summary>
internal static class SignerRules
{
    public const string ApiClient = "kubernetes.io/kube-apiserver-client";
    public const string KubeletClient = "kubernetes.io/kube-apiserver-client-kubelet";
    public const string KubeletServing = "kubernetes.io/kubelet-serving";
    public const string LegacyUnknown = "kubernetes.io/legacy-unknown";

    public const string NodeUserPrefix = "system:node:";
    public const string NodesGroup = "system:nodes";

    public static bool IsKnown(string signer) => signer is ApiClient or KubeletClient or KubeletServing or LegacyUnknown;

    /// <summary>Why the signer refuses; null where it does not. The old signer takes what was approved, as it always has.</summary>
    public static string? FindProblem(string signer, SigningRequest request, IReadOnlyList<string> usages) => signer switch
    {
        ApiClient => ApiClientProblem(usages),
        KubeletClient => KubeletClientProblem(request, usages),
        KubeletServing => KubeletServingProblem(request, usages),
        _ => null,
    };

    private static string? ApiClientProblem(IReadOnlyList<string> usages)
    {
        foreach (var usage in usages)
        {
            if (usage is not (KeyUsage.UsageDigitalSignature or KeyUsage.UsageKeyEncipherment or KeyUsage.UsageClientAuth))
            {
                return $"invalid usage for client certificate: {usage}";
            }
        }

        return usages.Contains(KeyUsage.UsageClientAuth) ? null : $"missing required usage for client certificate: {KeyUsage.UsageClientAuth}";
    }

    private static string? KubeletClientProblem(SigningRequest request, IReadOnlyList<string> usages) =>
        OrganizationProblem(request)
        ?? (request.DnsNames.Count > 0 ? "DNS subjectAltNames are not allowed"
            : request.Emails.Count > 0 ? "Email subjectAltNames are not allowed"
            : request.Addresses.Count > 0 ? "IP subjectAltNames are not allowed"
            : request.Uris.Count > 0 ? "URI subjectAltNames are not allowed"
            : NameProblem(request) ?? UsagesProblem(usages, KeyUsage.UsageClientAuth));

    private static string? KubeletServingProblem(SigningRequest request, IReadOnlyList<string> usages) =>
        OrganizationProblem(request)
        ?? (request.DnsNames.Count + request.Addresses.Count == 0 ? "DNS or IP subjectAltName is required"
            : request.Emails.Count > 0 ? "Email subjectAltNames are not allowed"
            : request.Uris.Count > 0 ? "URI subjectAltNames are not allowed"
            : UsagesProblem(usages, KeyUsage.UsageServerAuth) ?? NameProblem(request));

    private static string? OrganizationProblem(SigningRequest request) =>
        request.Subject.Organizations is [NodesGroup] ? null : $"subject organization is not {NodesGroup}";

    private static string? NameProblem(SigningRequest request) =>
        request.Subject.CommonName.StartsWith(NodeUserPrefix, StringComparison.Ordinal) ? null : $"subject common name does not begin with {NodeUserPrefix}";

    // Keys of other kinds than RSA encipher no keys, and need not say that they would.
    private static string? UsagesProblem(IReadOnlyList<string> usages, string purpose)
    {
        string[] required = [KeyUsage.UsageDigitalSignature, KeyUsage.UsageKeyEncipherment, purpose];
        return usages.Where(static usage => usage != KeyUsage.UsageKeyEncipherment).ToHashSet().SetEquals([KeyUsage.UsageDigitalSignature, purpose])
            ? null
            : $"usages did not match [{string.Join(' ', required.Order(StringComparer.Ordinal))}]";
    }
}
