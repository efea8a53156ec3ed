using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Navarch.Machinery.Certificates;

namespace Navarch.Client;

/// <summary>What a certificate is to say, and who is to sign it.</summary>
/// <param name="SignerName">Such as <c>kubernetes.io/kubelet-serving</c>.</param>
public sealed record CertificateWish(string SignerName, IReadOnlyList<string> Usages, string CommonName, IReadOnlyList<string> Organizations)
{
    private const string Client = "kubernetes.io/kube-apiserver-client-kubelet";
    private const string Serving = "kubernetes.io/kubelet-serving";

    public IReadOnlyList<string> DnsNames { get; init; } = [];

    public IReadOnlyList<IPAddress> Addresses { get; init; } = [];

    /// <summary>What a kubelet speaks to the API server with.</summary>
    public static CertificateWish KubeletClient(string node) => new(Client, ["digital signature", "client auth"], $"system:node:{node}", ["system:nodes"]);

    /// <summary>What a kubelet serves with.</summary>
    public static CertificateWish KubeletServing(string node, IPAddress address) =>
        new(Serving, ["digital signature", "server auth"], $"system:node:{node}", ["system:nodes"]) { DnsNames = [node], Addresses = [address] };

    /// <summary>Whether a certificate says all of it; it may say more.</summary>
    public bool IsMetBy(X509Certificate2 certificate)
    {
        var subject = CertificateSubject.Of(certificate.SubjectName);
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SingleOrDefault();
        return subject.CommonName == CommonName
            && subject.Organizations.ToHashSet().SetEquals(Organizations)
            && DnsNames.All(name => names?.EnumerateDnsNames().Contains(name) == true)
            && Addresses.All(address => names?.EnumerateIPAddresses().Contains(address) == true);
    }

    /// <summary>A request for it, PEM, signed with <paramref name="key"/>.</summary>
    internal string Request(ECDsa key)
    {
        var subject = new X500DistinguishedNameBuilder();
        foreach (var organization in Organizations)
        {
            subject.AddOrganizationName(organization);
        }

        subject.AddCommonName(CommonName);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        if (DnsNames.Count + Addresses.Count > 0)
        {
            var names = new SubjectAlternativeNameBuilder();
            foreach (var name in DnsNames)
            {
                names.AddDnsName(name);
            }

            foreach (var address in Addresses)
            {
                names.AddIpAddress(address);
            }

            request.CertificateExtensions.Add(names.Build());
        }

        return request.CreateSigningRequestPem();
    }
}
