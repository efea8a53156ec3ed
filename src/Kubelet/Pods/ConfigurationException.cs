namespace Navarch.Kubelet.Pods;

/// <summary>A container cannot be made as its definition stands: something it refers to is missing or not allowed.</summary>
internal sealed class ConfigurationException(string message) : Exception(message);
