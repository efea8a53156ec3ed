namespace Navarch.Api.Coordination.V1;

/// <summary>The known values of a CoordinatedLeaseStrategy.</summary>
public static class CoordinatedLeaseStrategy
{
    public const string OldestEmulationVersion = "OldestEmulationVersion";
}
