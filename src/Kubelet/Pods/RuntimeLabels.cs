namespace Navarch.Kubelet.Pods;

/// <summary>
/// What the kubelet writes on sandboxes and containers, to know them again after a restart. The names are upstream's:
/// <c>crictl</c> and log collectors read them.
/// </summary>
internal static class RuntimeLabels
{
    public const string PodName = "io.kubernetes.pod.name";
    public const string PodNamespace = "io.kubernetes.pod.namespace";
    public const string PodUid = "io.kubernetes.pod.uid";
    public const string ContainerName = "io.kubernetes.container.name";

    public const string Hash = "io.kubernetes.container.hash";
    public const string RestartCount = "io.kubernetes.container.restartCount";
    public const string TerminationMessagePath = "io.kubernetes.container.terminationMessagePath";
    public const string TerminationMessagePolicy = "io.kubernetes.container.terminationMessagePolicy";
    public const string GraceSeconds = "io.kubernetes.pod.terminationGracePeriod";
}
