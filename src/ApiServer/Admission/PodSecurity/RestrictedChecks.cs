using Navarch.Api.Core.V1;
using static Navarch.ApiServer.Admission.PodSecurity.ViolationText;

namespace Navarch.ApiServer.Admission.PodSecurity;

/// <summary>What hardened pods must say. Each check answers null where the pod keeps the rule.</summary>
internal static class RestrictedChecks
{
    public static Violation? PrivilegeEscalation(PodView pod)
    {
        var containers = pod.Where(static c => c.Context.AllowPrivilegeEscalation != false);
        return containers.Count == 0 ? null : new Violation("allowPrivilegeEscalation != false", $"{Containers(containers)} must set securityContext.allowPrivilegeEscalation=false");
    }

    public static Violation? Capabilities(PodView pod)
    {
        var keeping = pod.Where(static c => c.Context.Capabilities?.Drop.Contains("ALL") != true);
        var adding = pod.Where(static c => c.Context.Capabilities?.Add.Any(static one => one != "NET_BIND_SERVICE") == true);
        List<string> details = [];
        if (keeping.Count > 0)
        {
            details.Add($"{Containers(keeping)} must set securityContext.capabilities.drop=[\"ALL\"]");
        }

        if (adding.Count > 0)
        {
            var added = BaselineChecks.Sorted(pod.Containers.SelectMany(static c => c.Context.Capabilities?.Add ?? []).Where(static one => one != "NET_BIND_SERVICE"));
            details.Add($"{Containers(adding)} must not include {Quoted(added)} in securityContext.capabilities.add");
        }

        return details.Count == 0 ? null : new Violation("unrestricted capabilities", string.Join("; ", details));
    }

    public static Violation? Volumes(PodView pod)
    {
        var bad = pod.Spec.Volumes.Where(static volume => !IsContained(volume)).ToList();
        var names = bad.ConvertAll(static volume => volume.Name);
        var types = BaselineChecks.Sorted(bad.Select(TypeOf));
        return names.Count == 0 ? null : new Violation(
            "restricted volume types", $"{Plural("volume", names)} {Quoted(names)} {(names.Count == 1 ? "uses" : "use")} {Plural("restricted volume type", types)} {Quoted(types)}");
    }

    public static Violation? NonRoot(PodView pod)
    {
        const string Reason = "runAsNonRoot != true";
        var setters = Setters(pod.Context.RunAsNonRoot == false, pod.Where(static c => c.Context.RunAsNonRoot == false));
        if (setters.Length > 0)
        {
            return new Violation(Reason, $"{setters} must not set securityContext.runAsNonRoot=false");
        }

        var silent = pod.Context.RunAsNonRoot == true ? [] : pod.Where(static c => c.Context.RunAsNonRoot is null);
        return silent.Count == 0 ? null : new Violation(Reason, $"pod or {Containers(silent)} must set securityContext.runAsNonRoot=true");
    }

    public static Violation? RootUser(PodView pod)
    {
        var setters = Setters(pod.Context.RunAsUser == 0, pod.Where(static c => c.Context.RunAsUser == 0));
        return setters.Length == 0 ? null : new Violation("runAsUser=0", $"{setters} must not set runAsUser=0");
    }

    public static Violation? Seccomp(PodView pod)
    {
        if (BaselineChecks.Seccomp(pod) is { } bad)
        {
            return bad;
        }

        var silent = pod.Context.SeccompProfile is not null ? [] : pod.Where(static c => c.Context.SeccompProfile is null);
        return silent.Count == 0 ? null : new Violation("seccompProfile", $"pod or {Containers(silent)} must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"");
    }

    private static bool IsContained(Volume volume) => volume is
        { ConfigMap: not null } or { CSI: not null } or { DownwardAPI: not null } or { EmptyDir: not null } or { Ephemeral: not null } or { Image: not null }
        or { PersistentVolumeClaim: not null } or { Projected: not null } or { Secret: not null };

    private static string TypeOf(Volume volume) => volume switch
    {
        { HostPath: not null } => "hostPath",
        { GCEPersistentDisk: not null } => "gcePersistentDisk",
        { AWSElasticBlockStore: not null } => "awsElasticBlockStore",
        { GitRepo: not null } => "gitRepo",
        { NFS: not null } => "nfs",
        { ISCSI: not null } => "iscsi",
        { Glusterfs: not null } => "glusterfs",
        { RBD: not null } => "rbd",
        { FlexVolume: not null } => "flexVolume",
        { Cinder: not null } => "cinder",
        { CephFS: not null } => "cephfs",
        { Flocker: not null } => "flocker",
        { FC: not null } => "fc",
        { AzureFile: not null } => "azureFile",
        { VsphereVolume: not null } => "vsphereVolume",
        { Quobyte: not null } => "quobyte",
        { AzureDisk: not null } => "azureDisk",
        { PhotonPersistentDisk: not null } => "photonPersistentDisk",
        { PortworxVolume: not null } => "portworxVolume",
        { ScaleIO: not null } => "scaleIO",
        { StorageOS: not null } => "storageos",
        _ => "unknown",
    };
}
