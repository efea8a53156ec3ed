namespace Navarch.Network.Pods;

/// <summary>Kernel settings, of the network namespace of the calling thread where a setting belongs to one.</summary>
internal static class KernelSetting
{
    /// <summary>Sets a value if it is not set. The name is a path below /proc/sys.</summary>
    /// <exception cref="PodNetworkException">The kernel has no such setting, or this process may not change it.</exception>
    public static void Set(string name, string value)
    {
        var path = Path.Combine("/proc/sys", name);
        try
        {
            if (File.ReadAllText(path).Trim() != value)
            {
                File.WriteAllText(path, value);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PodNetworkException(
                $"Cannot set {name.Replace('/', '.')} to {value}: {e.Message}. "
                + "Pods need it; set it with sysctl, or run where /proc/sys is writable.", e);
        }
    }

    public static bool Exists(string name) => File.Exists(Path.Combine("/proc/sys", name));
}
