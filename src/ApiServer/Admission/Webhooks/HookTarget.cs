using System.Globalization;
using System.Security.Cryptography;
using Navarch.Api.AdmissionRegistration.V1;

namespace Navarch.ApiServer.Admission.Webhooks;

/// <summary>Where a webhook is, and whom to believe that it is the one.</summary>
internal sealed class HookTarget
{
    public HookTarget(WebhookClientConfig config)
    {
        CABundle = config.CABundle;
        IsService = config.Service is not null;
        Url = config.Service is { } service
            ? string.Create(CultureInfo.InvariantCulture, $"https://{service.Name}.{service.Namespace}.svc:{service.Port ?? 443}{Path(service.Path)}")
            : WithPath(config.URL ?? "");

        // Webhooks that are proven by the same authorities share their connections.
        ClientKey = (IsService ? "service " : "url ") + Convert.ToHexString(SHA256.HashData(CABundle.Span));
    }

    /// <summary>The whole address; of a service with the name by which its certificate knows it.</summary>
    public string Url { get; }

    /// <summary>Whether the host is to be resolved to an endpoint of the service that it names.</summary>
    public bool IsService { get; }

    /// <summary>Certificates of authorities in PEM; empty for those that the machine trusts.</summary>
    public ReadOnlyMemory<byte> CABundle { get; }

    public string ClientKey { get; }

    private static string WithPath(string url) => url.IndexOf('/', Math.Min(url.Length, "https://".Length)) < 0 ? url + "/" : url;

    private static string Path(string? path) => path is { Length: > 0 } ? path : "/";
}
