namespace Navarch.Kubelet.Volumes;

/// <summary>A volume cannot be made now. It is tried again: what is missing may come.</summary>
internal sealed class VolumeException(string volume, string message, Exception? inner = null)
    : Exception($"MountVolume.SetUp failed for volume \"{volume}\" : {message}", inner);
