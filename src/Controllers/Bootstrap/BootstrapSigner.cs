using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Client;

namespace Navarch.Controllers;

/// <summary>
/// Signs <c>kube-public/cluster-info</c> with every bootstrap token that is for that: who holds one, and knows nothing else of the
/// cluster, can tell that the address and the authority in it are the cluster's.
/// </summary>
/// <param name="tokens">Secrets of the type <c>bootstrap.kubernetes.io/token</c> in kube-system.</param>
/// <param name="configMaps">Those of kube-public.</param>
public sealed class BootstrapSigner(Informer<ConfigMap> configMaps, Informer<Secret> tokens, IClient client, TimeProvider time) : IReconciler
{
    public const string Namespace = "kube-public";

    private const string MapName = "cluster-info";
    private const string KubeconfigKey = "kubeconfig";
    private const string SignaturePrefix = "jws-kubeconfig-";

    private static readonly NamespacedName ClusterInfo = new(Namespace, MapName);

    public string Name => "bootstrapsigner";

    public IEnumerable<Trigger> Triggers =>
    [
        Trigger.On(configMaps, static map => map.Metadata.Name == MapName ? [ClusterInfo] : []),
        Trigger.On(tokens, static _ => [ClusterInfo]),
    ];

    public async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken ct)
    {
        if (configMaps.TryGet(key, out var map) && map.Data.Find(KubeconfigKey) is { } kubeconfig)
        {
            var data = Signed(map.Data, kubeconfig, tokens.List(), time.GetUtcNow());
            if (!data.Equals(map.Data))
            {
                await client.UpdateAsync(map with { Data = data }, ct);
            }
        }

        return ReconcileResult.Done; // A token whose time is over is removed, which is seen here.
    }

    /// <summary>The data with a signature of each token that may sign, and of no other.</summary>
    internal static Map<string> Signed(Map<string> data, string kubeconfig, IReadOnlyList<Secret> tokens, DateTimeOffset now)
    {
        var signatures = tokens.Where(token => token.MaySign(now)).Select(token => KeyValuePair.Create(SignaturePrefix + token.TokenId, Signature(kubeconfig, token)));
        return Map.From(data.Where(static entry => !entry.Key.StartsWith(SignaturePrefix, StringComparison.Ordinal)).Concat(signatures));
    }

    // A JSON Web Signature without its content, which the reader has (RFC 7515, appendix F).
    private static string Signature(string content, Secret token)
    {
        var head = Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{{\"alg\":\"HS256\",\"kid\":\"{token.TokenId}\"}}"));
        var signed = Encoding.ASCII.GetBytes($"{head}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(content))}");
        return $"{head}..{Base64Url.EncodeToString(HMACSHA256.HashData(token.Data.Find("token-secret").Span, signed))}";
    }
}
