namespace Navarch.Api.Storage.V1;

/// <summary>The known values of a VolumeLifecycleMode.</summary>
public static class VolumeLifecycleMode
{
    public const string VolumeLifecycleEphemeral = "Ephemeral";
    public const string VolumeLifecyclePersistent = "Persistent";
}
