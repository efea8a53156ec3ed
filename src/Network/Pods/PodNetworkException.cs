namespace Navarch.Network.Pods;

/// <summary>The node's pod network cannot be made. The message says what is missing and what to do about it.</summary>
public sealed class PodNetworkException(string message, Exception? cause = null) : Exception(message, cause);
