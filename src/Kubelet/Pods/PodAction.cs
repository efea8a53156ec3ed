namespace Navarch.Kubelet.Pods;

/// <summary>One step towards what a pod should be. Steps are done in order; after each the plan is made anew.</summary>
internal abstract record PodAction
{
    private PodAction()
    {
    }

    /// <summary>Make directories, control groups and volumes.</summary>
    public sealed record SetUp : PodAction;

    /// <summary>Make and start the pod's sandbox.</summary>
    public sealed record StartSandbox(int Attempt) : PodAction;

    /// <summary>Get the image, make the container and start it.</summary>
    /// <param name="Backoff">What to remember of its restarts; null for a first start.</param>
    public sealed record StartContainer(string Name, int Attempt, CrashBackoff? Backoff) : PodAction;

    /// <summary>Say that the image's next pull will wait.</summary>
    public sealed record ReportPullBackoff(string Name) : PodAction;

    /// <summary>Say that the container's next start will wait.</summary>
    public sealed record ReportCrashBackoff(string Name, string Message) : PodAction;

    /// <summary>Stop a container that will be started anew.</summary>
    public sealed record StopContainer(RuntimeContainer Container, TimeSpan Grace, string Message) : PodAction;

    /// <summary>Stop all containers: first the main ones together, then the sidecars, last one first.</summary>
    public sealed record StopPod(TimeSpan Grace, IReadOnlyList<RuntimeContainer> Containers, IReadOnlyList<RuntimeContainer> Sidecars) : PodAction;

    /// <summary>Give back the network address. What is running in the sandbox ends.</summary>
    public sealed record StopSandbox(string Id) : PodAction;

    /// <summary>Forget an ended container and its log.</summary>
    public sealed record RemoveContainer(RuntimeContainer Container) : PodAction;

    /// <summary>Forget a stopped sandbox and all that was in it.</summary>
    public sealed record RemoveSandbox(string Id) : PodAction;

    /// <summary>Remove volumes, directories and control groups.</summary>
    public sealed record TearDown : PodAction;

    /// <summary>Delete the pod's object, now that nothing of the pod is left here.</summary>
    public sealed record DeleteObject : PodAction;
}
