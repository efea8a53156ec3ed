using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Navarch.ApiServer.Tokens;
using Navarch.Cluster.ControlPlanes;
using Navarch.Cluster.Machine;
using Navarch.Cluster.Profiles;
using Navarch.Machinery.Certificates;

namespace Navarch.Cluster.Certificates;

/// <summary>
/// Keeps every certificate of a cluster present, valid for at least <see cref="RenewBefore"/> and true to what it must say.
/// Called on each start, and every day while the cluster runs (<see cref="CertificateKeeper"/>).
/// </summary>
public sealed class ClusterCertificates(ProfilePaths paths, TimeProvider time)
{
    public const string Authority = "ca";
    public const string ApiServer = "apiserver";
    public const string KubeletClient = "apiserver-kubelet-client";
    public const string Kubelet = "kubelet";
    public const string Node = "node";
    public const string Admin = "admin";
    public const string ControllerManager = "controller-manager";
    public const string Scheduler = "scheduler";
    public const string Proxy = "proxy";
    public const string Dns = "dns";

    /// <summary>Signs what belongs to etcd and nothing else: whoever shows a certificate of it may read and write everything.</summary>
    public const string EtcdAuthority = "etcd-ca";
    public const string EtcdServer = "etcd-server";
    public const string EtcdPeer = "etcd-peer";
    public const string EtcdClient = "apiserver-etcd-client";

    /// <summary>Name of the keys that sign tokens of service accounts, in one file; there is no certificate of them.</summary>
    public const string ServiceAccounts = "service-accounts";

    public static readonly TimeSpan RenewBefore = TimeSpan.FromDays(60);

    /// <summary>Makes what is missing, near its end, or no longer says what it must.</summary>
    /// <param name="addresses">All addresses under which the machine is reached.</param>
    /// <param name="anew">Names of certificates that are made anew whatever they are like.</param>
    /// <returns>The names of the certificates that were issued now.</returns>
    public IReadOnlyList<string> Ensure(Profile profile, IReadOnlyList<IPAddress> addresses, IReadOnlyCollection<string>? anew = null)
    {
        Directory.CreateDirectory(paths.Certificates, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var issued = new List<string>();
        Ensure(Authority, $"navarch-{profile.Name}", Specs(profile, addresses), anew ?? [], issued);
        if (profile.ControlPlanes > 1)
        {
            Ensure(EtcdAuthority, $"navarch-{profile.Name}-etcd", EtcdSpecs(profile), anew ?? [], issued);
        }

        new TokenKeyFile(paths.Key(ServiceAccounts)).EnsureExists(time); // Never made anew: every pod's token would be worth nothing from one moment to the next.
        return issued;
    }

    /// <summary>Which certificates a cluster has, without its authorities.</summary>
    public static IReadOnlyList<string> NamesOf(Profile profile) => [.. Specs(profile, []).Keys, .. profile.ControlPlanes > 1 ? EtcdSpecs(profile).Keys : []];

    private void Ensure(string authorityName, string commonName, IReadOnlyDictionary<string, CertificateSpec> specs, IReadOnlyCollection<string> anew, List<string> issued)
    {
        var authority = CertificateAuthority.LoadOrCreate(paths.Certificate(authorityName), paths.Key(authorityName), commonName, time);
        var bridge = authorityName == Authority ? new AuthorityFiles(paths, time).BridgePem : "";
        foreach (var (name, spec) in specs)
        {
            var chain = name == ApiServer ? bridge : "";
            if (anew.Contains(name) || !IsGood(name, spec, authority))
            {
                var certificate = authority.Issue(spec);
                AtomicFile.Write(paths.Key(name), Encoding.ASCII.GetBytes(certificate.KeyPem), AtomicFile.Private);
                AtomicFile.Write(paths.Certificate(name), Encoding.ASCII.GetBytes(certificate.CertificatePem + chain), AtomicFile.Public);
                issued.Add(name);
            }
            else if (Leaf(name) + chain is var right && File.ReadAllText(paths.Certificate(name)) != right)
            {
                AtomicFile.Write(paths.Certificate(name), Encoding.ASCII.GetBytes(right), AtomicFile.Public); // What goes along with it is another.
            }
        }
    }

    private string Leaf(string name)
    {
        using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(paths.Certificate(name)));
        return certificate.ExportCertificatePem() + "\n";
    }

    internal static IReadOnlyDictionary<string, CertificateSpec> Specs(Profile profile, IReadOnlyList<IPAddress> addresses)
    {
        IReadOnlyList<IPAddress> local = [IPAddress.Loopback, IPAddress.IPv6Loopback, .. addresses];
        return new Dictionary<string, CertificateSpec>
        {
            [ApiServer] = new("kube-apiserver")
            {
                IsServer = true,
                IsClient = false,
                DnsNames =
                [
                    "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local",
                    "localhost", profile.NodeName,
                ],
                Addresses = [.. local.Append(profile.Addresses.KubernetesServiceAddress).Concat(ControlPlane.Of(profile).Select(plane => plane.Address)).Distinct()],
            },
            [Kubelet] = new($"system:node:{profile.NodeName}")
            {
                Organizations = ["system:nodes"],
                IsServer = true,
                IsClient = false,
                DnsNames = ["localhost", profile.NodeName],
                Addresses = [.. local.Distinct()],
            },
            // In no group: the default role system:kubelet-api-admin is bound to this user, which may call kubelets and nothing else.
            [KubeletClient] = new("kube-apiserver-kubelet-client"),
            [Node] = new($"system:node:{profile.NodeName}") { Organizations = ["system:nodes"] },
            [Admin] = new("kubernetes-admin") { Organizations = ["system:masters"] },
            [ControllerManager] = new("system:kube-controller-manager"),
            [Scheduler] = new("system:kube-scheduler"),
            [Proxy] = new("system:kube-proxy"),
            [Dns] = new("system:cluster-dns"),
        };
    }

    // One certificate for all members: which of them somebody has reached, the address says.
    internal static IReadOnlyDictionary<string, CertificateSpec> EtcdSpecs(Profile profile)
    {
        IReadOnlyList<IPAddress> addresses = [.. ControlPlane.Of(profile).Select(plane => plane.Address)];
        return new Dictionary<string, CertificateSpec>
        {
            // Members speak to themselves as clients, too.
            [EtcdServer] = new(EtcdServer) { IsServer = true, DnsNames = ["localhost"], Addresses = [IPAddress.Loopback, .. addresses] },
            [EtcdPeer] = new(EtcdPeer) { IsServer = true, Addresses = addresses },
            [EtcdClient] = new(EtcdClient),
        };
    }

    private bool IsGood(string name, CertificateSpec spec, CertificateAuthority authority)
    {
        if (!File.Exists(paths.Certificate(name)) || !File.Exists(paths.Key(name)))
        {
            return false;
        }

        try
        {
            using var certificate = X509Certificate2.CreateFromPemFile(paths.Certificate(name), paths.Key(name));
            return certificate.NotAfter.ToUniversalTime() - time.GetUtcNow().UtcDateTime > RenewBefore
                && CertificateSubject.Of(certificate.SubjectName) is var subject
                && subject.CommonName == spec.CommonName
                && subject.Organizations.Order().SequenceEqual(spec.Organizations.Order())
                && IsFrom(authority, certificate)
                && Names(certificate).IsSupersetOf(spec.DnsNames.Concat(spec.Addresses.Select(address => address.ToString())));
        }
        catch (CryptographicException)
        {
            return false; // Damaged, or key and certificate are from two different issues: make both anew.
        }
    }

    private static bool IsFrom(CertificateAuthority authority, X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority.Certificate);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid; // The caller's clock decides on time.
        return chain.Build(certificate);
    }

    private static HashSet<string> Names(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SingleOrDefault();
        return names is null ? [] : [.. names.EnumerateDnsNames(), .. names.EnumerateIPAddresses().Select(address => address.ToString())];
    }
}
