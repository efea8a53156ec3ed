using System.Security.Cryptography.X509Certificates;

namespace Navarch.Kubelet.Server;

/// <summary>Who may use the kubelet's server: clients the cluster's authority signed, and of those the ones that are named.</summary>
internal sealed class ClientCertificates(X509Certificate2Collection authorities, IReadOnlyList<string> allowed)
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const string Organization = "2.5.4.10";

    public static ClientCertificates Load(KubeletConfig config)
    {
        var authorities = new X509Certificate2Collection();
        if (config.ClientCAFile.Length > 0)
        {
            authorities.ImportFromPemFile(config.ClientCAFile);
        }
        return new ClientCertificates(authorities, config.AllowedClients);
    }

    public bool IsValid(X509Certificate2 certificate)
    {
        if (authorities.Count == 0)
        {
            return false; // Without an authority nobody is known.
        }
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid(ClientAuthentication));
        return chain.Build(certificate);
    }

    /// <summary>Whether the common name or an organization of a valid certificate is among those that may.</summary>
    public bool MayUse(X509Certificate2 certificate)
    {
        if (allowed.Contains(certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false)))
        {
            return true;
        }
        return certificate.SubjectName.EnumerateRelativeDistinguishedNames()
            .Any(name => !name.HasMultipleElements && name.GetSingleElementType().Value == Organization && allowed.Contains(name.GetSingleElementValue() ?? ""));
    }
}
