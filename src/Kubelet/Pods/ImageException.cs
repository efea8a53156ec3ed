namespace Navarch.Kubelet.Pods;

/// <summary>An image cannot be had. The reason is the one the container's status shows.</summary>
/// <param name="isPull">The registry was asked: the next time waits longer.</param>
internal sealed class ImageException(string reason, string message, bool isPull = false) : Exception(message)
{
    public string Reason => reason;

    public bool IsPull => isPull;
}
